package dev.kvmdap.kvm;

/** GDTR or IDTR (struct kvm_dtable; SDM vol. 3, 2.4): a view into {@link Sregs}, under the same rules. */
public final class DescriptorTable {
    private static final int BASE = Layouts.DTABLE.offset("base");
    private static final int LIMIT = Layouts.DTABLE.offset("limit");

    private final MappedMemory memory;
    private final long start;

    DescriptorTable(MappedMemory memory, long start) {
        this.memory = memory;
        this.start = start;
    }

    /** The table's first linear address. */
    public long base() {
        return memory.getLong(start + BASE);
    }

    public void base(long value) {
        memory.putLong(start + BASE, value);
    }

    /** The offset of the table's last byte, 16 bits. */
    public int limit() {
        return Short.toUnsignedInt(memory.getShort(start + LIMIT));
    }

    public void limit(int value) {
        memory.putShort(start + LIMIT, (short) value);
    }
}
