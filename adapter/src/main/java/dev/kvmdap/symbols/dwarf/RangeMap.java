package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.AddressIndex;
import java.util.Arrays;

/** A map from ranges of addresses to numbered items. Where ranges overlap, the one that begins last answers. */
final class RangeMap {

    /** How many ranges that begin below an address are looked at before it counts as nobody's. */
    private static final int OVERLAPS_AT_MOST = 32;

    private final AddressIndex index;
    private final long[] highs;
    private final int[] items;

    private RangeMap(AddressIndex index, long[] highs, int[] items) {
        this.index = index;
        this.highs = highs;
        this.items = items;
    }

    /** The item of the range that holds an address, or -1. */
    int itemAt(long address) {
        int floor = index.floor(address);
        for (int i = floor; i >= 0 && i > floor - OVERLAPS_AT_MOST; i--) {
            int range = index.item(i);
            if (Long.compareUnsigned(address, highs[range]) < 0) {
                return items[range];
            }
        }
        return -1;
    }

    /** The item of the range that begins last at or below an address, whether it holds it or not, or -1. */
    int itemBelow(long address) {
        int floor = index.floor(address);
        return floor < 0 ? -1 : items[index.item(floor)];
    }

    /** Collects ranges in any order; empty ones are dropped. */
    static final class Builder {

        private final AddressIndex.Builder index = new AddressIndex.Builder();
        private long[] highs = new long[16];
        private int[] items = new int[16];
        private int size;

        void add(long low, long high, int item) {
            if (Long.compareUnsigned(low, high) >= 0) {
                return;
            }
            if (size == highs.length) {
                highs = Arrays.copyOf(highs, 2 * size);
                items = Arrays.copyOf(items, 2 * size);
            }
            index.add(low, size);
            highs[size] = high;
            items[size++] = item;
        }

        void addAll(AddressRanges ranges, int item) {
            for (int i = 0; i < ranges.size(); i++) {
                add(ranges.low(i), ranges.high(i), item);
            }
        }

        RangeMap build() {
            return new RangeMap(index.build(), Arrays.copyOf(highs, size), Arrays.copyOf(items, size));
        }
    }
}
