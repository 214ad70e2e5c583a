package dev.kvmdap.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RegisterNameTest {

    @ParameterizedTest
    @CsvSource({
        "rax, RAX, 0, 64",
        "EAX, RAX, 0, 32",
        "ax, RAX, 0, 16",
        "al, RAX, 0, 8",
        "ah, RAX, 8, 8",
        "bx, RBX, 0, 16",
        "sil, RSI, 0, 8",
        "sp, RSP, 0, 16",
        "ebp, RBP, 0, 32",
        "r8, R8, 0, 64",
        "r15b, R15, 0, 8",
        "r10d, R10, 0, 32",
        "r9w, R9, 0, 16",
        "rip, RIP, 0, 64",
        "eip, RIP, 0, 32",
        "ip, RIP, 0, 16",
        "pc, RIP, 0, 64",
        "eflags, RFLAGS, 0, 32",
        "flags, RFLAGS, 0, 16",
        "cs, CS, 0, 16",
        "fs_base, FS_BASE, 0, 64",
        "cr0, CR0, 0, 64",
        "dr7, DR7, 0, 64",
        "efer, EFER, 0, 64",
        "gdtr, GDTR, 0, 64",
        "idtr_limit, IDTR_LIMIT, 0, 16",
        "tr, TR, 0, 16"
    })
    void namesOfRegistersAndTheirParts(String name, Register register, int shift, int width) {
        RegisterName found = RegisterName.of(name).orElseThrow();
        assertThat(found.register()).isEqualTo(register);
        assertThat(found.shift()).isEqualTo(shift);
        assertThat(found.width()).isEqualTo(width);
    }

    @ParameterizedTest
    @EnumSource(Register.class)
    void everyRegisterIsKnownByItsOwnName(Register register) {
        assertThat(RegisterName.of(register.name())).map(RegisterName::register).contains(register);
    }

    @ParameterizedTest
    @CsvSource({
        "RAX, 16, ax",
        "RSI, 32, esi",
        "R8, 32, r8d",
        "RIP, 16, ip",
        "RFLAGS, 32, eflags",
        "CR3, 32, cr3",
        "CS, 32, cs"
    })
    void nameByWidth(Register register, int width, String name) {
        assertThat(RegisterName.of(register, width).name()).isEqualTo(name);
    }

    @Test
    void partsAreReadAndWrittenInPlace() {
        RegisterName ah = RegisterName.of("ah").orElseThrow();
        assertThat(ah.read(0x1122334455667788L)).isEqualTo(0x77);
        assertThat(ah.write(0x1122334455667788L, 0xff)).isEqualTo(0x112233445566ff88L);
        RegisterName rax = RegisterName.of("rax").orElseThrow();
        assertThat(rax.write(5, -1)).isEqualTo(-1);
        assertThat(rax.read(-1)).isEqualTo(-1);
    }

    @Test
    void negativeValuesFitWhereTheirSignDoes() {
        RegisterName ax = RegisterName.of("ax").orElseThrow();
        assertThat(ax.write(0, -1)).isEqualTo(0xffff);
        assertThat(ax.write(0, -0x8000)).isEqualTo(0x8000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ax.write(0, 0x10000))
                .withMessage("0x10000 does not fit in ax, which has 16 bits");
        assertThatIllegalArgumentException().isThrownBy(() -> ax.write(0, -0x8001));
    }

    @Test
    void misspeltNamesHaveASuggestion() {
        assertThat(RegisterName.of("raxx")).isEmpty();
        assertThat(RegisterName.closest("raxx")).contains("rax");
        assertThat(RegisterName.closest("flag")).contains("flags");
        assertThat(RegisterName.closest("something")).isEmpty();
    }
}
