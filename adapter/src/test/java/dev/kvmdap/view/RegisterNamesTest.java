package dev.kvmdap.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Names;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterNamesTest {

    private final ResidentVcpu vcpu = ResidentVcpu.inLongMode();
    private final Names<StoppedVcpu> names = new RegisterNames<>(StoppedVcpu::regs, StoppedVcpu::sregs);

    @ParameterizedTest
    @CsvSource({
        "$rax, 0x1122334455667788",
        "$eax, 0x55667788",
        "$ax, 0x7788",
        "$al, 0x88",
        "$ah, 0x77",
        "$bx, 0x0",
        "$cr0, 0x80000011",
        "$rflags, 0x246",
        "$eflags, 0x246",
        "$cs, 0x8",
        "$fs_base, 0xfeed",
        "$RIP, 0xfff0",
        "($rflags >> 9) & 1, 0x1",
        "$if, 1",
        "$iopl, 0",
        "$rflags.zf, 1",
        "$cr0.pg, 1",
        "$CR0.WP, 0",
        "$cs.selector, 0x8",
        "$fs.base, 0xfeed",
        "$cs.l, 1",
        "$msr(0xc0000100), 0xfeed"
    })
    void registersByEveryName(String expression, String value) {
        vcpu.regs().rax(0x1122_3344_5566_7788L);
        vcpu.regs().rflags(0x246);
        vcpu.sregs().fs().base(0xfeed);

        assertThat(Expression.parse(expression).bind(names).value(vcpu).text()).isEqualTo(value);
    }

    @Test
    void everyNameIsReadable() {
        for (RegisterName name : RegisterName.all()) {
            if (name.register().kind() != Register.Kind.DEBUG) {
                assertThat(names.register(name.name()).orElseThrow().place().read(vcpu, 0, 8))
                        .as(name.name())
                        .isNotNull();
            }
        }
    }

    @Test
    void debugRegistersTakeASystemCall() {
        assertThatThrownBy(() -> Expression.parse("$dr7").bind(names).evaluate(vcpu))
                .isInstanceOf(ExpressionException.class)
                .hasMessageContaining("dr7 cannot be used here, for reading it takes a system call");
    }

    @Test
    void othersAreNoRegisters() {
        assertThat(names.register("xyz")).isEmpty();
        assertThat(names.variable("counter")).isEmpty();
    }
}
