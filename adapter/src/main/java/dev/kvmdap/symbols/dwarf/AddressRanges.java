package dev.kvmdap.symbols.dwarf;

import java.util.Arrays;

/** Address ranges of the file, each from a low address up to a high one, exclusive, unsigned; empty ones are dropped. */
public final class AddressRanges {

    static final AddressRanges NONE = new AddressRanges();

    private long[] bounds = new long[2];
    private int size;

    AddressRanges() {}

    static AddressRanges of(long low, long high) {
        AddressRanges ranges = new AddressRanges();
        ranges.add(low, high);
        return ranges;
    }

    void add(long low, long high) {
        if (Long.compareUnsigned(low, high) >= 0) {
            return;
        }
        if (2 * size == bounds.length) {
            bounds = Arrays.copyOf(bounds, 4 * size);
        }
        bounds[2 * size] = low;
        bounds[2 * size + 1] = high;
        size++;
    }

    /** The number of ranges. */
    public int size() {
        return size;
    }

    /** The first address of a range. */
    public long low(int index) {
        return bounds[2 * index];
    }

    /** The address behind the last one of a range. */
    public long high(int index) {
        return bounds[2 * index + 1];
    }

    /** The first range that an address lies in, or -1. */
    public int indexOf(long address) {
        for (int i = 0; i < size; i++) {
            if (Long.compareUnsigned(address - low(i), high(i) - low(i)) < 0) {
                return i;
            }
        }
        return -1;
    }

    /** Whether an address lies in one of the ranges. */
    public boolean contains(long address) {
        return indexOf(address) >= 0;
    }
}
