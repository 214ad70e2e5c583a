package dev.kvmdap.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PossibleFaultsTest {

    private static PossibleFaults of(int codeWidth, String code) {
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        Instruction instruction = new Instruction();
        instruction.decode(bytes, bytes.length, codeWidth);
        return instruction.possibleFaults();
    }

    @ParameterizedTest
    @CsvSource({
        "64, 90, PAGE_FAULT", // nop
        "64, 48 8b 07, PAGE_FAULT", // mov (%rdi), %rax
        "64, 48 f7 f1, DIVIDE_ERROR", // div %rcx
        "16, 66 f7 39, DIVIDE_ERROR", // idivl (%bx,%di)
        "64, 48 f7 d9, PAGE_FAULT", // neg %rcx
        "32, d4 0a, DIVIDE_ERROR", // aam
        "32, 62 08, BOUND_RANGE", // bound %ecx, (%eax)
        "64, 62 f1 7c 48 58 c1, INVALID_OPCODE", // vaddps %zmm1, %zmm0, %zmm0
        "32, c5 08, GENERAL_PROTECTION", // lds (%eax), %ecx
        "32, c5 f8 77, INVALID_OPCODE", // vzeroupper
        "64, 8e d8, GENERAL_PROTECTION", // mov %eax, %ds
        "64, 48 cf, GENERAL_PROTECTION", // iretq
        "64, ff 2f, GENERAL_PROTECTION", // ljmp *(%rdi)
        "64, ff d0, PAGE_FAULT", // call *%rax
        "64, 0f 00 d8, GENERAL_PROTECTION", // ltr %ax
        "64, d9 fe, DEVICE_NOT_AVAILABLE", // fsin
        "64, f2 0f 58 c1, INVALID_OPCODE", // addsd %xmm1, %xmm0
        "64, 0f 84 00 00 00 00, PAGE_FAULT", // je
        "64, 0f b6 00, PAGE_FAULT", // movzbl (%rax), %eax
    })
    void likeliestFaultCountsMost(int codeWidth, String code, X86Exception first) {
        assertThat(of(codeWidth, code).faults()).startsWith(first);
    }

    @Test
    void everyInstructionCanFaultInItsPageAndInItsPrivileges() {
        for (int opcode = 0; opcode <= 0xff; opcode++) {
            for (int next = 0; next <= 0xff; next++) {
                assertThat(PossibleFaults.of(opcode, next, 32).faults())
                        .contains(X86Exception.PAGE_FAULT, X86Exception.GENERAL_PROTECTION)
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void codeThatCannotBeReadMayStillFault() {
        assertThat(of(64, "").faults()).startsWith(X86Exception.PAGE_FAULT);
    }
}
