package dev.kvmdap.kvm;

import java.nio.ByteBuffer;

/** GDTR or IDTR (struct kvm_dtable; SDM vol. 3, 2.4): a view into {@link Sregs}, under the same rules. */
public final class DescriptorTable {
    private static final int BASE = Layouts.DTABLE.offset("base");
    private static final int LIMIT = Layouts.DTABLE.offset("limit");

    private final ByteBuffer bytes;
    private final int start;

    DescriptorTable(ByteBuffer bytes, int start) {
        this.bytes = bytes;
        this.start = start;
    }

    /** The table's first linear address. */
    public long base() {
        return bytes.getLong(start + BASE);
    }

    public void base(long value) {
        bytes.putLong(start + BASE, value);
    }

    /** The offset of the table's last byte, 16 bits. */
    public int limit() {
        return Short.toUnsignedInt(bytes.getShort(start + LIMIT));
    }

    public void limit(int value) {
        bytes.putShort(start + LIMIT, (short) value);
    }
}
