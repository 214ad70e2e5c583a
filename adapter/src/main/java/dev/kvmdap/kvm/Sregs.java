package dev.kvmdap.kvm;

/**
 * Segment, control and descriptor-table registers of a vCPU (struct kvm_sregs): a live view. What it reads is valid until
 * the next {@link Vcpu#run}; what is set reaches the vCPU with {@link Vcpu#storeSregs} only. For the thread that owns the
 * vCPU.
 */
public final class Sregs {
    private static final int CR0 = Layouts.SREGS.offset("cr0");
    private static final int CR2 = Layouts.SREGS.offset("cr2");
    private static final int CR3 = Layouts.SREGS.offset("cr3");
    private static final int CR4 = Layouts.SREGS.offset("cr4");
    private static final int CR8 = Layouts.SREGS.offset("cr8");
    private static final int EFER = Layouts.SREGS.offset("efer");
    private static final int APIC_BASE = Layouts.SREGS.offset("apic_base");
    private static final int INTERRUPT_BITMAP = Layouts.SREGS.offset("interrupt_bitmap");

    private final MappedMemory memory;
    private final long start;
    private final Segment cs;
    private final Segment ds;
    private final Segment es;
    private final Segment fs;
    private final Segment gs;
    private final Segment ss;
    private final Segment tr;
    private final Segment ldt;
    private final DescriptorTable gdt;
    private final DescriptorTable idt;

    Sregs(MappedMemory memory, long start) {
        this.memory = memory;
        this.start = start;
        cs = segment("cs");
        ds = segment("ds");
        es = segment("es");
        fs = segment("fs");
        gs = segment("gs");
        ss = segment("ss");
        tr = segment("tr");
        ldt = segment("ldt");
        gdt = new DescriptorTable(memory, start + Layouts.SREGS.offset("gdt"));
        idt = new DescriptorTable(memory, start + Layouts.SREGS.offset("idt"));
    }

    private Segment segment(String name) {
        return new Segment(memory, start + Layouts.SREGS.offset(name));
    }

    public Segment cs() {
        return cs;
    }

    public Segment ds() {
        return ds;
    }

    public Segment es() {
        return es;
    }

    public Segment fs() {
        return fs;
    }

    public Segment gs() {
        return gs;
    }

    public Segment ss() {
        return ss;
    }

    /** The task register. */
    public Segment tr() {
        return tr;
    }

    /** The local descriptor table register. */
    public Segment ldt() {
        return ldt;
    }

    public DescriptorTable gdt() {
        return gdt;
    }

    public DescriptorTable idt() {
        return idt;
    }

    public long cr0() {
        return memory.getLong(start + CR0);
    }

    public void cr0(long value) {
        memory.putLong(start + CR0, value);
    }

    public long cr2() {
        return memory.getLong(start + CR2);
    }

    public void cr2(long value) {
        memory.putLong(start + CR2, value);
    }

    public long cr3() {
        return memory.getLong(start + CR3);
    }

    public void cr3(long value) {
        memory.putLong(start + CR3, value);
    }

    public long cr4() {
        return memory.getLong(start + CR4);
    }

    public void cr4(long value) {
        memory.putLong(start + CR4, value);
    }

    /** The task priority. */
    public long cr8() {
        return memory.getLong(start + CR8);
    }

    public void cr8(long value) {
        memory.putLong(start + CR8, value);
    }

    public long efer() {
        return memory.getLong(start + EFER);
    }

    public void efer(long value) {
        memory.putLong(start + EFER, value);
    }

    /** IA32_APIC_BASE. */
    public long apicBase() {
        return memory.getLong(start + APIC_BASE);
    }

    public void apicBase(long value) {
        memory.putLong(start + APIC_BASE, value);
    }

    /**
     * A quarter of the bitmap of the one external interrupt that KVM has accepted and not yet delivered; empty with an
     * in-kernel APIC.
     *
     * @param word 0 to 3: vectors {@code 64 * word} to {@code 64 * word + 63}
     */
    public long interruptBitmap(int word) {
        return memory.getLong(start + INTERRUPT_BITMAP + (long) Long.BYTES * checkedWord(word));
    }

    public void interruptBitmap(int word, long value) {
        memory.putLong(start + INTERRUPT_BITMAP + (long) Long.BYTES * checkedWord(word), value);
    }

    private static int checkedWord(int word) {
        if (word < 0 || word > 3) {
            throw new IndexOutOfBoundsException("word " + word + " of the interrupt bitmap is not in 0 to 3");
        }
        return word;
    }
}
