package dev.kvmdap.view.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.device.ByteSink;
import dev.kvmdap.device.InterruptLine;
import dev.kvmdap.device.Serial16550;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.exception.SegmentRegister;
import dev.kvmdap.view.ChangeRefusedException;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Rows;
import dev.kvmdap.x86.Gate;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.SegmentDescriptor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables that a test has laid out itself, as the views read them. */
class SystemViewTest {

    private static final long CODE_64 = 0x00af_9b00_0000_ffffL;
    private static final long CODE_32 = 0x00cf_9b00_0000_ffffL;
    private static final long DATA = 0x00cf_9300_0000_ffffL;

    private static SegmentRegister code(boolean wide) {
        return new SegmentRegister(8, 0, 0xffff_ffffL, 0xb, 0, true, !wide, wide);
    }

    private static ProcessorState.Builder paged() {
        return new ProcessorState.Builder()
                .set(Register.CR0, 0x8000_0011L)
                .set(Register.CR3, 0x10000)
                .set(Register.CR4, 0x20)
                .set(Register.EFER, 0xd00)
                .set(Register.CS, code(true));
    }

    /** A processor in long mode whose first 2 MiB map to themselves. */
    private static KnownSystem longMode(ProcessorState.Builder state) {
        KnownSystem system = new KnownSystem(state.build());
        system.bytes.putLong(0x10000, 0x11003);
        system.bytes.putLong(0x11000, 0x12003);
        system.bytes.putLong(0x12000, 0x83);
        return system;
    }

    private static KnownSystem protectedMode(ProcessorState.Builder state) {
        return new KnownSystem(
                state.set(Register.CR0, 0x11).set(Register.CS, code(false)).build());
    }

    private static List<String> lines(Node node) {
        return node.children().stream()
                .map(row -> row.name() + ": " + row.value())
                .toList();
    }

    @Test
    void globalDescriptorTableIsDecodedEntryByEntry() {
        KnownSystem system = longMode(paged().set(Register.GDTR, 0x1000).set(Register.GDTR_LIMIT, 0x4f));
        system.bytes.putLong(0x1008, CODE_64).putLong(0x1010, DATA);
        SegmentDescriptor tss =
                new SegmentDescriptor(0xffff_8000_0000_2000L, 0x67, 9, true, 0, true, false, false, false, false);
        system.bytes.putLong(0x1020, tss.encode()).putLong(0x1028, tss.encodeUpper());
        system.bytes.putLong(0x1030, CODE_64 & ~(1L << 47));
        Node gdt = new DescriptorTableNode(false, system);

        assertThat(gdt.value()).isEqualTo("base=0x1000 limit=0x4f, 10 entries");
        assertThat(lines(gdt))
                .containsExactly(
                        "0x00: null",
                        "0x08: code, execute/read, accessed, DPL 0, 64-bit",
                        "0x10: data, read/write, accessed, DPL 0, base=0x0 limit=0xffffffff",
                        "0x18: empty",
                        "0x20: 64-bit TSS, available, DPL 0, base=0xffff800000002000 limit=0x67",
                        "0x30: code, execute/read, accessed, DPL 0, 64-bit, not present",
                        "0x38-0x48: empty");
        assertThat(Rows.at(gdt, "0x20", "base").memoryReference()).isEqualTo("0xffff800000002000");
        Rows.at(gdt, "0x30", "descriptor", "P").set("1");
        assertThat(system.bytes.getLong(0x1030)).isEqualTo(CODE_64);
        assertThat(Rows.at(gdt, "0x30", "descriptor", "P").evaluateName())
                .isEqualTo("(*(unsigned long long *)0x1030 >> 47) & 0x1");
    }

    @Test
    void localDescriptorTableIsShownOnceItIsLoaded() {
        Node none = new DescriptorTableNode(
                true,
                longMode(paged().set(Register.LDTR, new SegmentRegister(0, 0, 0xffff, 2, 0, true, false, false))));
        assertThat(none.value()).isEqualTo("none is loaded");
        assertThat(none.expandable()).isFalse();

        KnownSystem system = protectedMode(new ProcessorState.Builder()
                .set(Register.LDTR, new SegmentRegister(0x28, 0x3000, 0xf, 2, 0, true, false, false)));
        system.bytes.putLong(0x3000, CODE_32).putLong(0x3008, 0x0000_ec00_0008_1234L);
        assertThat(lines(new DescriptorTableNode(true, system)))
                .containsExactly(
                        "0x04: code, execute/read, accessed, DPL 0, base=0x0 limit=0xffffffff",
                        "0x0c: 32-bit call gate, DPL 3, to 0x8:0x1234");
    }

    @Test
    void interruptTableNamesHandlersAndSaysWhatIsInvalid() {
        KnownSystem system = longMode(paged().set(Register.GDTR, 0x1000)
                .set(Register.GDTR_LIMIT, 0x17)
                .set(Register.IDTR, 0x2000)
                .set(Register.IDTR_LIMIT, 0x20f));
        system.bytes.putLong(0x1008, CODE_64).putLong(0x1010, DATA);
        put(system, 0x2000 + 14 * 16, new Gate(0x5000, 8, Gate.INTERRUPT_GATE, 0, true, 2));
        put(system, 0x2000 + 3 * 16, new Gate(0x5100, 8, Gate.TRAP_GATE, 3, true, 0));
        put(system, 0x2000 + 6 * 16, new Gate(0x5200, 0x10, Gate.INTERRUPT_GATE, 0, true, 0));
        put(system, 0x2000 + 32 * 16, new Gate(0x5300, 8, Gate.INTERRUPT_GATE, 0, false, 0));
        system.symbols.put(0x5000L, "page_fault");
        Node idt = new InterruptTableNode(system);

        assertThat(idt.value()).isEqualTo("base=0x2000 limit=0x20f, 33 vectors");
        assertThat(lines(idt))
                .containsExactly(
                        "0-2: empty",
                        "3 #BP: 0x5100, 64-bit trap gate, selector 0x8, DPL 3",
                        "4-5: empty",
                        "6 #UD: invalid: the gate of #UD (IDT entry 6) names selector 0x10 as code segment, which is no code"
                                + " segment: GDT entry 2 (selector 0x10): data, read/write, accessed, DPL 0",
                        "7-13: empty",
                        "14 #PF: 0x5000 <page_fault>, 64-bit interrupt gate, selector 0x8, DPL 0, IST 2",
                        "15-31: empty",
                        "32: invalid: the gate of vector 0x20 (IDT entry 32) is not present (P = 0)");
        assertThat(Rows.at(idt, "14 #PF").memoryReference()).isEqualTo("0x5000");
        Rows.at(idt, "32", "gate", "P").set("1");
        assertThat(Rows.at(idt, "32").value()).startsWith("0x5300");
    }

    private static void put(KnownSystem system, int at, Gate gate) {
        system.bytes.putLong(at, gate.encode()).putLong(at + 8, gate.encodeUpper());
    }

    @Test
    void realModeHasAVectorTable() {
        KnownSystem system = new KnownSystem(new ProcessorState.Builder()
                .set(Register.CR0, 0x10)
                .set(Register.IDTR_LIMIT, 0x3ff)
                .build());
        system.bytes.putInt(0x10 * 4, 0xf000_1234).putInt(8 * 4, 0x0000_7c80);
        system.symbols.put(0x7c80L, "tick");
        Node ivt = new InterruptTableNode(system);
        assertThat(ivt.name()).isEqualTo("IVT");
        assertThat(lines(ivt))
                .containsExactly(
                        "0-7: empty", "8 #DF: 0000:7c80 <tick>", "9-15: empty", "16 #MF: f000:1234", "17-255: empty");
        Rows.at(ivt, "8 #DF", "offset").set("0x7d00");
        assertThat(system.bytes.getInt(8 * 4)).isEqualTo(0x7d00);
    }

    @Test
    void stacksOfTheTaskStateSegmentAndOpenPortsAreShown() {
        KnownSystem system =
                longMode(paged().set(Register.TR, new SegmentRegister(0x20, 0x4000, 0xff, 0xb, 0, true, false, false)));
        system.bytes.putLong(0x4004, 0xffff_8000_0000_8000L).putLong(0x4000 + 36, 0x9000);
        system.bytes.putShort(0x4066, (short) 0x68);
        for (int i = 0x68; i < 0x100; i++) {
            system.bytes.put(0x4000 + i, (byte) 0xff);
        }
        system.bytes.put(0x4000 + 0x68 + 0x7f, (byte) 0);
        Node tss = new TaskStateNode(system);
        assertThat(tss.value()).isEqualTo("64-bit, selector 0x20, base=0x4000 limit=0xff");
        assertThat(Rows.at(tss, "rsp0").value()).isEqualTo("0xffff800000008000");
        assertThat(Rows.at(tss, "rsp0").memoryReference()).isEqualTo("0xffff800000008000");
        assertThat(Rows.at(tss, "ist1").value()).isEqualTo("0x0000000000009000");
        assertThat(Rows.at(tss, "open ports").value()).isEqualTo("0x3f8-0x3ff");
        Rows.at(tss, "ist2").set("0xa000");
        assertThat(system.bytes.getLong(0x4000 + 44)).isEqualTo(0xa000);
        assertThat(new TaskStateNode(longMode(paged())).value()).isEqualTo("none is loaded");
    }

    @Test
    void taskStateSegmentOf32BitCodeHoldsATask() {
        KnownSystem system = protectedMode(new ProcessorState.Builder()
                .set(Register.TR, new SegmentRegister(0x28, 0x4000, 0x67, 0xb, 0, true, false, false)));
        system.bytes.putInt(0x4004, 0x9000).putShort(0x4008, (short) 0x10).putInt(0x4020, 0x7c00);
        system.bytes.putShort(0x4066, (short) 0x68);
        Node tss = new TaskStateNode(system);
        assertThat(tss.value()).startsWith("32-bit, selector 0x28");
        assertThat(Rows.at(tss, "esp0").value()).isEqualTo("0x00009000");
        assertThat(Rows.at(tss, "ss0").value()).isEqualTo("0x0010");
        assertThat(Rows.at(tss, "eip").value()).isEqualTo("0x00007c00");
        assertThat(Rows.at(tss, "open ports").value()).isEqualTo("none");
    }

    @Test
    void pageTablesOpenLevelByLevelAndAreNotMarkedAsAccessed() {
        KnownSystem system = longMode(paged());
        system.bytes.putLong(0x10000 + 256 * 8, 0xdead_f000L);
        byte[] before = system.bytes.array().clone();
        Node tables = new PageTableNode(system);

        assertThat(tables.value()).isEqualTo("4-level paging, page map level 4 at p:0x10000");
        assertThat(lines(tables))
                .containsExactly(
                        "[0] 0x0: 0x0000000000011003 [ TABLE=0x11 RW P ] to p:0x11000, page-directory-pointer table",
                        "[256] 0xffff800000000000: 0x00000000deadf000 [ TABLE=0xdeadf ] not present");
        Node page = Rows.at(tables, "[0] 0x0", "[0] 0x0", "[0] 0x0");
        assertThat(page.value()).isEqualTo("0x0000000000000083 [ PS RW P ] to p:0x0, 2 MiB");
        assertThat(page.type()).isEqualTo("PDE at p:0x12000");
        assertThat(page.evaluateName()).isEqualTo("*(unsigned long long *)phys(0x12000)");
        assertThat(system.bytes.array()).isEqualTo(before);

        Rows.at(page, "RW").set("0");
        assertThat(system.bytes.getLong(0x12000)).isEqualTo(0x81);
        page.set("0x183 [ G ]");
        assertThat(page.value()).isEqualTo("0x0000000000000183 [ G PS RW P ] to p:0x0, 2 MiB");
        assertThat(lines(new MappingsNode(system)))
                .containsExactly("0x0-0x1fffff: p:0x0 rwx supervisor global, 2 MiB in pages of 2 MiB");
    }

    @Test
    void withoutPagingThereAreNoTables() {
        KnownSystem system = protectedMode(new ProcessorState.Builder());
        assertThat(new PageTableNode(system).value()).startsWith("no paging");
        assertThat(new PageTableNode(system).expandable()).isFalse();
        assertThat(new MappingsNode(system).expandable()).isFalse();
    }

    @Test
    void tablesOutsideOfMemoryAreSaidToBe() {
        KnownSystem system = longMode(paged());
        system.bytes.putLong(0x10000, 0x7fff_f003L);
        Node entry = Rows.at(new PageTableNode(system), "[0] 0x0");
        assertThat(lines(entry)).endsWith("table: there is no memory at p:0x7ffff000");
    }

    @Test
    void devicesAreLookedAtWithoutTheEffectsOfAGuestsReads() {
        KnownSystem system = longMode(paged());
        Serial16550 serial = new Serial16550("COM1", Serial16550.COM1, new Nowhere(), InterruptLine.UNCONNECTED);
        serial.receive((byte) 'x');
        serial.write(Serial16550.COM1 + 1, 1, 3);
        Node com1 = new DeviceNode(serial, system.values());

        assertThat(lines(com1))
                .startsWith("IER: 0x03 [ ETBEI ERBFI ]", "IIR: 0x04 [ ID=2 ]")
                .contains("LSR: 0x61 [ TEMT THRE DR ]", "waiting: 1 byte");
        assertThat(lines(com1)).contains("LSR: 0x61 [ TEMT THRE DR ]");
        assertThat(serial.read(Serial16550.COM1, 1)).isEqualTo('x');

        Rows.at(com1, "IER", "ERBFI").set("0");
        assertThat(serial.read(Serial16550.COM1 + 1, 1)).isEqualTo(2);
        Node status = Rows.at(com1, "LSR");
        assertThat(status.settable()).isFalse();
        assertThatThrownBy(() -> status.set("0"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("the hardware does not let software");
        assertThatThrownBy(() -> Rows.at(com1, "SCR").set("0x100"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage("0x100 does not fit in SCR, which has 8 bits");
    }

    private static final class Nowhere implements ByteSink {
        @Override
        public void accept(byte next) {}
    }
}
