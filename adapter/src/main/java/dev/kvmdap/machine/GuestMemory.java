package dev.kvmdap.machine;

import dev.kvmdap.device.MemoryBus;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.MappedMemory;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.PhysicalMemory;
import java.util.List;

/**
 * The guest's RAM in its physical address space, laid out by {@link RamLayout}. One mapping backs it.
 *
 * <p>Everything outside a {@link Region} is a hole: reads stop there, writes are refused. Any thread may call; bytes that
 * the guest changes at the same time may be seen before or after the change.
 */
public final class GuestMemory implements PhysicalMemory, PhysicalWriter, MemoryBus, AutoCloseable {

    /** The granularity of everything that is done to pages, in bytes. */
    public static final int PAGE = MappedMemory.PAGE;

    private final MappedMemory ram;
    private final MappedMemory guestView;
    private final List<Region> regions;
    private final RamLayout layout;

    /**
     * A stretch of RAM.
     *
     * @param start guest-physical address of the first byte
     * @param size in bytes
     * @param offset of the first byte within the mapping
     */
    public record Region(GuestPhysical start, long size, long offset) {}

    /** Takes over {@code ram}: closing this unmaps it. */
    public GuestMemory(MappedMemory ram) {
        this.ram = ram;
        this.guestView = ram.alias();
        this.layout = new RamLayout(ram.size());
        Region low = new Region(new GuestPhysical(0), layout.lowSize(), 0);
        this.regions = layout.highSize() > 0
                ? List.of(low, new Region(new GuestPhysical(layout.highStart()), layout.highSize(), layout.lowSize()))
                : List.of(low);
    }

    /** Bytes of RAM in all regions together. */
    @Override
    public long size() {
        return ram.size();
    }

    /** The stretches of RAM, ascending. */
    public List<Region> regions() {
        return regions;
    }

    /**
     * The address in this process at which KVM finds a region: another mapping of the same memory than ours, so that a page
     * can be forbidden to the guest and open to the debugger.
     */
    long guestView(Region region) {
        return guestView.address() + region.offset();
    }

    /**
     * Sets what the guest may do with a page without leaving KVM. No vCPU may run meanwhile.
     *
     * @param physical address of the page
     * @param protection a union of {@link Abi#PROT_READ} and {@link Abi#PROT_WRITE}, or {@link Abi#PROT_NONE}
     */
    public void protect(long physical, int protection) {
        guestView.protect(offset(physical, PAGE), PAGE, protection);
    }

    @Override
    public boolean holds(long physical, int length) {
        return length <= available(physical);
    }

    /** One byte of RAM. */
    public byte getByte(long physical) {
        return ram.getByte(offset(physical, 1));
    }

    /** Replaces one byte of RAM. */
    public void putByte(long physical, byte value) {
        ram.putByte(offset(physical, 1), value);
    }

    /** A little-endian number in RAM, zero-extended from 1 to 8 bytes. */
    public long get(long physical, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (getByte(physical + i) & 0xff);
        }
        return value;
    }

    /** Stores the low 1 to 8 bytes of a number, little-endian. */
    public void put(long physical, long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            putByte(physical + i, (byte) (value >>> (Byte.SIZE * i)));
        }
    }

    @Override
    public int readInt(long physical) {
        return ram.getInt(offset(physical, Integer.BYTES));
    }

    @Override
    public long readLong(long physical) {
        return ram.getLong(offset(physical, Long.BYTES));
    }

    @Override
    public int read(long physical, byte[] into, int from, int length) {
        int count = (int) Math.min(length, available(physical));
        if (count > 0) {
            ram.read(offset(physical, count), into, from, count);
        }
        return count;
    }

    @Override
    public int write(long physical, byte[] bytes, int from, int length) {
        int count = (int) Math.min(length, available(physical));
        if (count > 0) {
            ram.write(offset(physical, count), bytes, from, count);
        }
        return count;
    }

    @Override
    public long available(long physical) {
        return layout.available(physical);
    }

    private long offset(long physical, long length) {
        if (length > available(physical)) {
            throw new IndexOutOfBoundsException("%d bytes at %s are not all RAM; the guest has %d MiB"
                    .formatted(length, new GuestPhysical(physical), ram.size() >> 20));
        }
        return layout.offset(physical);
    }

    @Override
    public void close() {
        guestView.close();
        ram.close();
    }
}
