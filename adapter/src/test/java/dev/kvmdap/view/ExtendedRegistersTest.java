package dev.kvmdap.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.x86.XsaveArea;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in the XSAVE area, and model-specific registers. */
class ExtendedRegistersTest {

    private final ResidentVcpu vcpu = ResidentVcpu.inLongMode().withVectors(true);

    private ByteBuffer area() {
        return ByteBuffer.wrap(vcpu.area()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private Node row(String... path) {
        return Rows.at(vcpu.view(), path);
    }

    @Test
    void onlyWhatTheProcessorHasIsShown() {
        assertThat(vcpu.view().children())
                .extracting(Node::name)
                .contains("x87", "SSE", "AVX")
                .doesNotContain("AVX-512");
        assertThat(vcpu.withVectors(false).view().children())
                .extracting(Node::name)
                .contains("SSE")
                .doesNotContain("AVX");
        assertThat(row("SSE").children())
                .extracting(Node::name)
                .hasSize(17)
                .startsWith("xmm0")
                .endsWith("xmm15", "mxcsr");
        assertThat(Rows.at(ResidentVcpu.inProtectedMode().withVectors(false).view(), "SSE")
                        .children())
                .extracting(Node::name)
                .hasSize(9)
                .contains("xmm7");
        assertThat(ResidentVcpu.inLongMode().view().children())
                .extracting(Node::name)
                .doesNotContain("x87", "SSE");
    }

    @Test
    void aVectorIsReadInEveryWidth() {
        area().putLong(XsaveArea.XMM + 16, 0x4000_0000_3f80_0000L).putLong(XsaveArea.XMM + 24, 0x3ff8_0000_0000_0000L);
        Node xmm1 = row("SSE", "xmm1");
        assertThat(xmm1.value()).isEqualTo("0x3ff8000000000000400000003f800000");
        assertThat(Rows.at(xmm1, "v4_float").value()).isEqualTo("{1, 2, 0, 1.9375}");
        assertThat(Rows.at(xmm1, "v2_double", "[1]").value()).isEqualTo("1.5");
        assertThat(Rows.at(xmm1, "v4_int32", "[0]").value()).isEqualTo("1065353216");
        assertThat(Rows.at(xmm1, "v16_int8", "[15]").value()).isEqualTo("63");
        assertThat(Rows.at(xmm1, "v4_float", "[1]").evaluateName()).isEqualTo("$xmm1.v4_float[1]");
        assertThat(Rows.at(xmm1, "uint128").value(NumberFormat.HEXADECIMAL))
                .isEqualTo("0x3ff8000000000000400000003f800000");
    }

    @Test
    void theUpperHalfOfAWideVectorLiesElsewhere() {
        area().putLong(XsaveArea.XMM, 1).putLong(576 + 8, 2);
        Node ymm0 = row("AVX", "ymm0");
        assertThat(ymm0.value())
                .isEqualTo("0x" + "0000000000000002" + "0".repeat(16) + "0".repeat(16) + "0000000000000001");
        Rows.at(ymm0, "v4_int64", "[2]").set("7");
        assertThat(area().getLong(576)).isEqualTo(7);
        assertThat(area().getLong(XsaveArea.XSTATE_BV)).isEqualTo(1 << XsaveArea.AVX);
    }

    @Test
    void vectorsAreChangedWholeAndInParts() {
        row("SSE", "xmm2").set("0x123456789abcdef0fedcba9876543210");
        assertThat(area().getLong(XsaveArea.XMM + 32)).isEqualTo(0xfedcba9876543210L);
        assertThat(area().getLong(XsaveArea.XMM + 40)).isEqualTo(0x123456789abcdef0L);
        Rows.at(row("SSE", "xmm2"), "v2_double", "[0]").set("1.5");
        assertThat(area().getDouble(XsaveArea.XMM + 32)).isEqualTo(1.5);
        assertThatThrownBy(() -> row("SSE", "xmm2").set("0x1" + "0".repeat(32)))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("up to 32 hexadecimal digits");
        vcpu.refuseStores();
        assertThatThrownBy(() -> row("SSE", "xmm2").set("0x1"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageStartingWith("KVM does not take it");
    }

    @Test
    void controlWordsOpenToTheirBits() {
        area().putShort(XsaveArea.FCW, (short) 0x37f)
                .putShort(XsaveArea.FSW, (short) 0x3800)
                .putInt(XsaveArea.MXCSR, 0x1f80);
        assertThat(row("x87", "fctrl").value()).isEqualTo("0x037f [ PC=3 PM UM OM ZM DM IM ]");
        assertThat(row("x87", "fstat").value()).isEqualTo("0x3800 [ TOP=7 ]");
        assertThat(row("SSE", "mxcsr").value()).isEqualTo("0x00001f80 [ PM UM OM ZM DM IM ]");
        assertThat(row("SSE", "mxcsr", "RC").evaluateName()).isEqualTo("$mxcsr.RC");
        row("SSE", "mxcsr", "RC").set("3");
        assertThat(area().getInt(XsaveArea.MXCSR)).isEqualTo(0x7f80);
        assertThat(row("Control", "xcr0").value()).isEqualTo("0x0000000000000001 [ X87 ]");
        row("Control", "xcr0", "SSE").set("1");
        assertThat(vcpu.xcr0()).isEqualTo(3);
    }

    @Test
    void stackRegistersAreNumbersAndTellWhetherTheyAreEmpty() {
        area().putShort(XsaveArea.FSW, (short) (6 << 11)).put(XsaveArea.FTW, (byte) 0x40);
        area().putLong(XsaveArea.ST, 0xc000_0000_0000_0000L).putShort(XsaveArea.ST + 8, (short) 0xc000);
        assertThat(row("x87", "st0").value()).isEqualTo("-3");
        assertThat(row("x87", "st0").type()).isEqualTo("long double 0xc000c000000000000000");
        assertThat(row("x87", "st1").value()).isEqualTo("0 [ empty ]");
        assertThat(row("x87", "ftag").value()).isEqualTo("0xcfff [ TAG7=3 TAG5=3 TAG4=3 TAG3=3 TAG2=3 TAG1=3 TAG0=3 ]");

        row("x87", "st1").set("0.5");
        assertThat(area().getLong(XsaveArea.ST + 16)).isEqualTo(Long.MIN_VALUE);
        assertThat(area().getShort(XsaveArea.ST + 24)).isEqualTo((short) 0x3ffe);
        row("x87", "ftag", "TAG7").set("0");
        assertThat(row("x87", "st1").value()).isEqualTo("0.5");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.0, 1, -1.25, 1e300, Double.MIN_VALUE, -Double.MIN_NORMAL, Double.MAX_VALUE, 3e-310})
    void everyDoubleGoesThroughAStackRegisterUnchanged(double number) {
        row("x87", "st0").set(Double.toString(number).replace("E", "e"));
        String shown = row("x87", "st0").value().replace(" [ empty ]", "");
        assertThat(Double.parseDouble(shown)).isEqualTo(number);
    }

    @Test
    void modelSpecificRegistersHaveNamesAndFields() {
        vcpu.msrs().put(0x1b, 0xfee00900L);
        vcpu.msrs().put(0x7777, 5L);
        assertThat(row("Model-specific").children())
                .extracting(Node::name)
                .containsExactly("IA32_APIC_BASE", "MSR_0x7777", "IA32_LSTAR");
        Node base = row("Model-specific", "IA32_APIC_BASE");
        assertThat(base.value()).isEqualTo("0x00000000fee00900 [ BASE=0xfee00 EN BSP ]");
        assertThat(base.memoryReference()).isEqualTo("p:0xfee00000");
        assertThat(base.evaluateName()).isEqualTo("$IA32_APIC_BASE");
        assertThat(Rows.at(base, "EN").evaluateName()).isEqualTo("$IA32_APIC_BASE.EN");
        assertThat(row("Model-specific", "MSR_0x7777").evaluateName()).isEqualTo("$msr(0x7777)");
        assertThat(row("Model-specific", "IA32_LSTAR").memoryReference()).isEqualTo("0xffff800000100000");

        Rows.at(base, "EXTD").set("1");
        assertThat(vcpu.msrs()).containsEntry(0x1b, 0xfee00d00L);
        vcpu.refuseStores();
        assertThatThrownBy(() -> base.set("0"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage("KVM does not take it");
    }

    @Test
    void everyNameOfARowHasTheRowsValueInExpressions() {
        area().putLong(XsaveArea.XMM, 0x1234).putShort(XsaveArea.FCW, (short) 0x37f);
        assertThat(checkNames(vcpu.view())).isGreaterThan(200);
    }

    /** Evaluates the name of every number in a tree: how many there were. */
    private int checkNames(Node node) {
        String name = node.evaluateName();
        int checked = 0;
        boolean tooWide = "uint128_t".equals(node.type());
        if (name != null && !tooWide && node.value().matches("(0x\\w{1,16}|\\d+)( \\[.*)?")) {
            String number = node.value().split(" ", 2)[0];
            boolean hexadecimal = number.startsWith("0x");
            assertThat(vcpu.evaluate(name))
                    .as(name)
                    .isEqualTo(Long.parseUnsignedLong(number.replace("0x", ""), hexadecimal ? 16 : 10));
            checked++;
        }
        return checked + node.children().stream().mapToInt(this::checkNames).sum();
    }
}
