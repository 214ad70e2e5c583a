package dev.kvmdap.kvm;

/**
 * A segment register with its hidden part (struct kvm_segment; SDM vol. 3, 3.4.3): a view into {@link Sregs}, under the same
 * rules.
 */
public final class Segment {
    private static final int BASE = Layouts.SEGMENT.offset("base");
    private static final int LIMIT = Layouts.SEGMENT.offset("limit");
    private static final int SELECTOR = Layouts.SEGMENT.offset("selector");
    private static final int TYPE = Layouts.SEGMENT.offset("type");
    private static final int PRESENT = Layouts.SEGMENT.offset("present");
    private static final int DPL = Layouts.SEGMENT.offset("dpl");
    private static final int DB = Layouts.SEGMENT.offset("db");
    private static final int S = Layouts.SEGMENT.offset("s");
    private static final int L = Layouts.SEGMENT.offset("l");
    private static final int G = Layouts.SEGMENT.offset("g");
    private static final int AVL = Layouts.SEGMENT.offset("avl");
    private static final int UNUSABLE = Layouts.SEGMENT.offset("unusable");

    private final MappedMemory memory;
    private final long start;

    Segment(MappedMemory memory, long start) {
        this.memory = memory;
        this.start = start;
    }

    /** The segment's first linear address. */
    public long base() {
        return memory.getLong(start + BASE);
    }

    public void base(long value) {
        memory.putLong(start + BASE, value);
    }

    /** The highest offset in bytes, granularity already applied; unsigned 32 bits. */
    public int limit() {
        return memory.getInt(start + LIMIT);
    }

    public void limit(int value) {
        memory.putInt(start + LIMIT, value);
    }

    /** The visible part, 16 bits. */
    public int selector() {
        return Short.toUnsignedInt(memory.getShort(start + SELECTOR));
    }

    public void selector(int value) {
        memory.putShort(start + SELECTOR, (short) value);
    }

    /** The descriptor's type, 4 bits (SDM vol. 3, tables 3-1 and 3-2). */
    public int type() {
        return memory.getByte(start + TYPE);
    }

    public void type(int value) {
        memory.putByte(start + TYPE, (byte) value);
    }

    /** P: the segment is in memory. */
    public boolean present() {
        return flag(PRESENT);
    }

    public void present(boolean value) {
        flag(PRESENT, value);
    }

    /** The privilege level, 0 to 3; in SS the current privilege level of the processor. */
    public int dpl() {
        return memory.getByte(start + DPL);
    }

    public void dpl(int value) {
        memory.putByte(start + DPL, (byte) value);
    }

    /** D/B: 32-bit code, or a 32-bit stack. */
    public boolean db() {
        return flag(DB);
    }

    public void db(boolean value) {
        flag(DB, value);
    }

    /** S: a code or data segment and not a system segment. */
    public boolean s() {
        return flag(S);
    }

    public void s(boolean value) {
        flag(S, value);
    }

    /** L: 64-bit code. */
    public boolean l() {
        return flag(L);
    }

    public void l(boolean value) {
        flag(L, value);
    }

    /** G: the descriptor counts its limit in pages. */
    public boolean g() {
        return flag(G);
    }

    public void g(boolean value) {
        flag(G, value);
    }

    /** AVL: the bit left to software. */
    public boolean avl() {
        return flag(AVL);
    }

    public void avl(boolean value) {
        flag(AVL, value);
    }

    /** The register holds a null selector or was never loaded. */
    public boolean unusable() {
        return flag(UNUSABLE);
    }

    public void unusable(boolean value) {
        flag(UNUSABLE, value);
    }

    /** Takes all fields over from another segment register. */
    public void set(Segment other) {
        byte[] content = new byte[Layouts.SEGMENT.size()];
        other.memory.read(other.start, content, 0, content.length);
        memory.write(start, content, 0, content.length);
    }

    private boolean flag(int offset) {
        return memory.getByte(start + offset) != 0;
    }

    private void flag(int offset, boolean value) {
        memory.putByte(start + offset, (byte) (value ? 1 : 0));
    }
}
