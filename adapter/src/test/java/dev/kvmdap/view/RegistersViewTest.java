package dev.kvmdap.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.symbols.FrameRegisters;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RegistersViewTest {

    static Stream<ResidentVcpu> vcpus() {
        return Stream.of(ResidentVcpu.inRealMode(), ResidentVcpu.inProtectedMode(), ResidentVcpu.inLongMode());
    }

    @ParameterizedTest
    @MethodSource("vcpus")
    void groupsAreTheSameInEveryMode(ResidentVcpu vcpu) {
        assertThat(vcpu.view().children())
                .extracting(Node::name)
                .containsExactly("General", "Flags", "Segments", "Control", "Debug", "Model-specific");
    }

    @ParameterizedTest
    @MethodSource("vcpus")
    void everyRowCanBeReadAndIsUniqueAmongItsSiblings(ResidentVcpu vcpu) {
        checkAll(List.of(vcpu.withVectors(true).view()));
    }

    private static void checkAll(List<Node> nodes) {
        assertThat(nodes).extracting(Node::name).doesNotHaveDuplicates().noneMatch(String::isBlank);
        for (Node node : nodes) {
            assertThat(node.value()).as(node.name()).isNotNull();
            assertThat(node.children().isEmpty()).as(node.name()).isEqualTo(!node.expandable());
            checkAll(node.children());
        }
    }

    @Test
    void longModeShowsTheRegistersOf64BitCode() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        vcpu.regs().rax(0xffff_8000_1234_5678L);
        RegistersView view = vcpu.view();

        assertThat(view.value()).isEqualTo("long mode");
        assertThat(Rows.at(view, "General").children())
                .extracting(Node::name)
                .hasSize(17)
                .startsWith("rax", "rbx")
                .contains("r15")
                .endsWith("rip");
        Node rax = Rows.at(view, "General", "rax");
        assertThat(rax.value()).isEqualTo("0xffff800012345678");
        assertThat(rax.evaluateName()).isEqualTo("$rax");
        assertThat(rax.memoryReference()).isEqualTo("0xffff800012345678");
        assertThat(rax.children()).extracting(Node::name).containsExactly("eax", "ax", "al", "ah");
        assertThat(Rows.at(rax, "ah").value()).isEqualTo("0x56");
        assertThat(Rows.at(view, "General", "rsi").children())
                .extracting(Node::name)
                .containsExactly("esi", "si", "sil");
        assertThat(Rows.at(view, "General", "r9").children())
                .extracting(Node::name)
                .containsExactly("r9d", "r9w", "r9b");
        assertThat(Rows.at(view, "General", "rip").expandable()).isFalse();
    }

    @Test
    void protectedModeShowsTheRegistersOf32BitCode() {
        ResidentVcpu vcpu = ResidentVcpu.inProtectedMode();
        vcpu.regs().rax(0x1_1234_5678L);
        RegistersView view = vcpu.view();

        assertThat(Rows.at(view, "General").children())
                .extracting(Node::name)
                .containsExactly("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp", "eip");
        assertThat(Rows.at(view, "General", "eax").value()).isEqualTo("0x12345678");
        assertThat(Rows.at(view, "General", "esi").children())
                .extracting(Node::name)
                .containsExactly("si");
    }

    @Test
    void realModeShowsAddressesAsTheyAreWrittenThere() {
        ResidentVcpu vcpu = ResidentVcpu.inRealMode();
        vcpu.regs().rip(0x12);
        vcpu.regs().rsp(0xfffe);
        RegistersView view = vcpu.view();

        assertThat(view.value()).isEqualTo("real mode");
        assertThat(Rows.at(view, "General", "eip").memoryReference()).isEqualTo("0x7c12");
        assertThat(Rows.at(view, "General", "esp").memoryReference()).isEqualTo("0x1fffe");
        assertThat(Rows.at(view, "General", "cs:ip").value()).isEqualTo("07c0:0012");
        assertThat(Rows.at(view, "General", "cs:ip").memoryReference()).isEqualTo("0x7c12");
        assertThat(Rows.at(view, "General", "ss:sp").value()).isEqualTo("1000:fffe");
        assertThat(Rows.at(view, "Segments", "cs").value()).isEqualTo("0x07c0 base=0x7c00 limit=0xffff");
    }

    @Test
    void flagsAreDecodedAndOpenToEachFlag() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        vcpu.regs().rflags(0x3246);
        Node flags = Rows.at(vcpu.view(), "Flags");

        assertThat(flags.value()).isEqualTo("0x0000000000003246 [ IOPL=3 IF ZF PF ]");
        assertThat(flags.evaluateName()).isEqualTo("$rflags");
        assertThat(Rows.at(flags, "IF").value()).isEqualTo("1");
        assertThat(Rows.at(flags, "IF").type()).isEqualTo("maskable interrupts are admitted");
        assertThat(Rows.at(flags, "IF").evaluateName()).isEqualTo("$rflags.IF");
        assertThat(Rows.at(flags, "CF").value()).isEqualTo("0");
        assertThat(Rows.at(flags, "IOPL").value()).isEqualTo("3");
    }

    @Test
    void noFlagLeavesTheBracketsEmpty() {
        ResidentVcpu vcpu = ResidentVcpu.inProtectedMode();
        vcpu.regs().rflags(2);
        assertThat(Rows.at(vcpu.view(), "Flags").value()).isEqualTo("0x00000002 [ ]");
    }

    @Test
    void controlRegistersOpenToTheirBits() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        Node control = Rows.at(vcpu.view(), "Control");

        assertThat(Rows.at(control, "cr0").value()).isEqualTo("0x0000000080000011 [ PG ET PE ]");
        assertThat(Rows.at(control, "efer").value()).isEqualTo("0x0000000000000d00 [ NXE LMA LME ]");
        assertThat(Rows.at(control, "cr3").value()).isEqualTo("0x0000000000010018 [ TABLE=0x10 PCD PWT ]");
        assertThat(Rows.at(control, "cr3").memoryReference()).isEqualTo("p:0x10000");
        assertThat(Rows.at(control, "cr0", "PG").value()).isEqualTo("1");
        assertThat(Rows.at(control, "cr2").expandable()).isFalse();

        vcpu.sregs().cr4(0x20020);
        assertThat(Rows.at(control, "cr3").value()).isEqualTo("0x0000000000010018 [ TABLE=0x10 PCID=0x18 ]");
    }

    @Test
    void segmentsShowTheirHiddenParts() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        vcpu.sregs().gdt().base(0x5000);
        vcpu.sregs().gdt().limit(0x27);
        Node segments = Rows.at(vcpu.view(), "Segments");

        assertThat(Rows.at(segments, "cs").value())
                .isEqualTo("0x0008 base=0x0 limit=0xffffffff code, execute/read, accessed");
        assertThat(Rows.at(segments, "cs", "l").value()).isEqualTo("1");
        assertThat(Rows.at(segments, "fs").value()).isEqualTo("0x0000 unusable");
        assertThat(Rows.at(segments, "tr", "type").value()).isEqualTo("0xb [ 64-bit TSS, busy ]");
        assertThat(Rows.at(segments, "gdtr").value()).isEqualTo("base=0x5000 limit=0x27");
        assertThat(Rows.at(segments, "gdtr", "base").memoryReference()).isEqualTo("0x5000");
        assertThat(Rows.at(segments, "fs", "base").evaluateName()).isEqualTo("$fs_base");
    }

    @Test
    void debugRegistersAreReadWhenTheirGroupIsOpened() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        Node debug = Rows.at(vcpu.view(), "Debug");
        assertThat(vcpu.debugReads()).isZero();

        assertThat(Rows.at(debug, "dr7").value()).isEqualTo("0x0000000000000402 [ G0 ]");
        assertThat(Rows.at(debug, "dr0").memoryReference()).isEqualTo("0x1000");
        assertThat(Rows.at(debug, "dr0").value()).isEqualTo("0x0000000000001000 [ execution ]");
        assertThat(Rows.at(debug, "dr1").value()).isEqualTo("0x0000000000000000 [ off ]");
        Rows.at(debug, "dr7").set("0x90402");
        assertThat(Rows.at(debug, "dr0").value()).isEqualTo("0x0000000000001000 [ writes, 8 bytes ]");

        Rows.at(debug, "dr7").set("0x403");
        Rows.at(debug, "dr2").set("$rip");
        assertThat(vcpu.debugRegisters().dr7()).isEqualTo(0x403);
        assertThat(vcpu.debugRegisters().dr2()).isEqualTo(vcpu.regs().rip());
        assertThat(vcpu.debugRegisters().dr0()).isEqualTo(0x1000);
    }

    @ParameterizedTest
    @CsvSource({"0x2a, 0x2a", "42, 0x2a", "-1, 0xffffffffffffffff", "$rbx + 8, 0x1008", "'0x2a [ IF ]', 0x2a"})
    void generalRegistersTakeNumbersAndExpressions(String text, String value) {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        vcpu.regs().rbx(0x1000);

        Rows.at(vcpu.view(), "General", "rax").set(text);

        assertThat(vcpu.regs().rax()).isEqualTo(Long.parseUnsignedLong(value.substring(2), 16));
        assertThat(vcpu.stores()).isEqualTo(1);
    }

    @Test
    void aPartLeavesTheRestOfItsRegisterAlone() {
        ResidentVcpu vcpu = ResidentVcpu.inProtectedMode();
        vcpu.regs().rax(0x1122_3344_5566_7788L);

        Rows.at(vcpu.view(), "General", "eax").set("-2");

        assertThat(vcpu.regs().rax()).isEqualTo(0x1122_3344_ffff_fffeL);
    }

    @Test
    void aFlagIsSetByItself() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        vcpu.regs().rflags(0x202);
        Node flags = Rows.at(vcpu.view(), "Flags");

        Rows.at(flags, "ZF").set("1");
        Rows.at(flags, "IF").set("0");
        Rows.at(flags, "IOPL").set("2");

        assertThat(vcpu.regs().rflags()).isEqualTo(0x2042);
        assertThatThrownBy(() -> Rows.at(flags, "ZF").set("2"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage("ZF holds 0 to 0x1, not 0x2");
        Rows.at(flags, "IOPL").set("$rax");
        assertThat(vcpu.regs().rflags()).isEqualTo(0x42);
    }

    @Test
    void aRefusedValueChangesNothing() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        vcpu.refuseStores();
        RegistersView view = vcpu.view();

        assertThatThrownBy(() -> Rows.at(view, "Control", "cr4").set("0xffff"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageStartingWith("KVM does not take 0xffff as cr4: KVM_SET_SREGS failed: EINVAL");
        assertThat(vcpu.sregs().cr4()).isEqualTo(0x20);
        assertThatThrownBy(() -> Rows.at(view, "Debug", "dr7").set("1")).isInstanceOf(ChangeRefusedException.class);
        assertThat(vcpu.debugRegisters().dr7()).isEqualTo(0x402);
    }

    @Test
    void nonsenseIsRefusedWithItsPlace() {
        Node eax = Rows.at(ResidentVcpu.inProtectedMode().view(), "General", "eax");
        assertThatThrownBy(() -> eax.set("many"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("col 1");
        assertThatThrownBy(() -> eax.set("0x100000000"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage("0x100000000 does not fit in eax, which has 32 bits");
    }

    @Test
    void selectorsAreLoadedInRealModeOnly() {
        ResidentVcpu real = ResidentVcpu.inRealMode();
        Node segments = Rows.at(real.view(), "Segments");

        assertThat(Rows.at(segments, "es").settable()).isTrue();
        Rows.at(segments, "es").set("0xb800 base=0x0 limit=0xffff");
        assertThat(real.sregs().es().selector()).isEqualTo(0xb800);
        assertThat(real.sregs().es().base()).isEqualTo(0xb8000);

        real.refuseStores();
        assertThatThrownBy(() -> Rows.at(segments, "es", "selector").set("0"))
                .isInstanceOf(ChangeRefusedException.class);
        assertThat(real.sregs().es().selector()).isEqualTo(0xb800);
        assertThat(real.sregs().es().base()).isEqualTo(0xb8000);

        Node ds = Rows.at(ResidentVcpu.inProtectedMode().view(), "Segments", "ds");
        assertThat(ds.settable()).isFalse();
        assertThatThrownBy(() -> ds.set("0x10"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage(
                        "ds is loaded from a descriptor in protected mode; change ds_base, or let the guest load it");
    }

    @Test
    void rowsThatOnlyTellRefuseChanges() {
        Node pointer = Rows.at(ResidentVcpu.inRealMode().view(), "General", "cs:ip");
        assertThat(pointer.settable()).isFalse();
        assertThatThrownBy(() -> pointer.set("1"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage("cs:ip cannot be changed");
    }

    @Test
    void hiddenPartsOfSegmentsAreChangedOneByOne() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        Node cs = Rows.at(vcpu.view(), "Segments", "cs");

        Rows.at(cs, "dpl").set("3");
        Rows.at(cs, "limit").set("0xfff");
        assertThat(vcpu.sregs().cs().dpl()).isEqualTo(3);
        assertThat(Rows.at(cs, "limit").value()).isEqualTo("0x00000fff");
        assertThat(Rows.at(cs, "limit").evaluateName()).isEqualTo("$cs.limit");
        assertThatThrownBy(() -> Rows.at(cs, "dpl").set("4"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage("dpl holds 0 to 0x3, not 0x4");
        vcpu.refuseStores();
        assertThatThrownBy(() -> Rows.at(cs, "l").set("0")).isInstanceOf(ChangeRefusedException.class);
        assertThat(vcpu.sregs().cs().l()).isTrue();
    }

    @Test
    void numbersAreWrittenAsTheUserHasChosen() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode();
        vcpu.regs().rax(-1);
        vcpu.regs().rflags(0x3202);
        Node rax = Rows.at(vcpu.view(), "General", "rax");
        Node iopl = Rows.at(vcpu.view(), "Flags", "IOPL");

        assertThat(rax.value(NumberFormat.DECIMAL)).isEqualTo("18446744073709551615");
        assertThat(rax.value(NumberFormat.HEXADECIMAL)).isEqualTo("0xffffffffffffffff");
        assertThat(Rows.at(rax, "al").value(NumberFormat.BINARY)).isEqualTo("0b11111111");
        assertThat(iopl.value(NumberFormat.HEXADECIMAL)).isEqualTo("0x3");
        assertThat(iopl.value(NumberFormat.BINARY)).isEqualTo("0b11");
    }

    @Test
    void aCallersFrameHasItsOwnRegistersAsFarAsTheyAreKnown() {
        ResidentVcpu vcpu = ResidentVcpu.inLongMode().withVectors(true);
        vcpu.regs().rbx(1);
        vcpu.regs().rax(2);
        RegistersView view = vcpu.view(
                new CallerRegisters(FrameRegisters.x86_64().set(3, 0x33).set(16, 0x1000)));

        assertThat(Rows.at(view, "General", "rbx").value()).isEqualTo("0x0000000000000033");
        assertThat(Rows.at(view, "General", "rbx", "bl").value()).isEqualTo("0x33");
        assertThat(Rows.at(view, "General", "rip").memoryReference()).isEqualTo("0x1000");
        assertThat(Rows.at(view, "General", "rax").value()).startsWith("<rax is not known in this frame");
        assertThat(Rows.at(view, "General", "rax").memoryReference()).isNull();
        assertThat(Rows.at(view, "General", "rbx").settable()).isFalse();
        assertThatThrownBy(() -> Rows.at(view, "General", "rbx").set("1"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("choose the innermost frame");
        assertThat(Rows.at(view, "Control", "cr0").value()).contains("PG");
        assertThat(view.children()).extracting(Node::name).doesNotContain("SSE", "AVX", "x87");
    }
}
