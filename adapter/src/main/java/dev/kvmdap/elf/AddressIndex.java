package dev.kvmdap.elf;

import java.util.Arrays;

/**
 * Numbered items sorted by unsigned address, for binary search: a map from addresses to items without an object for each.
 * Items at the same address keep the order in which they were added.
 */
public final class AddressIndex {

    private final long[] addresses;
    private final int[] items;

    private AddressIndex(long[] addresses, int[] items) {
        this.addresses = addresses;
        this.items = items;
    }

    /** The number of entries. */
    public int size() {
        return addresses.length;
    }

    /** The position of the last entry at or below an address, or -1. */
    public int floor(long address) {
        int low = 0;
        int high = addresses.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(addresses[middle], address) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The address of the entry at a position. */
    public long address(int position) {
        return addresses[position];
    }

    /** The item of the entry at a position. */
    public int item(int position) {
        return items[position];
    }

    /** Collects entries in any order. */
    public static final class Builder {

        private long[] addresses = new long[16];
        private int[] items = new int[16];
        private int size;
        private boolean sorted = true;

        /** Adds an entry. */
        public void add(long address, int item) {
            if (size == addresses.length) {
                addresses = Arrays.copyOf(addresses, 2 * size);
                items = Arrays.copyOf(items, 2 * size);
            }
            sorted &= size == 0 || Long.compareUnsigned(addresses[size - 1], address) <= 0;
            addresses[size] = address;
            items[size++] = item;
        }

        /** The entries so far, sorted. */
        public AddressIndex build() {
            long[] fromAddresses = Arrays.copyOf(addresses, size);
            int[] fromItems = Arrays.copyOf(items, size);
            if (sorted) {
                return new AddressIndex(fromAddresses, fromItems);
            }
            long[] toAddresses = new long[size];
            int[] toItems = new int[size];
            for (long width = 1; width < size; width *= 2) {
                for (long start = 0; start < size; start += 2 * width) {
                    int middle = (int) Math.min(start + width, size);
                    int end = (int) Math.min(start + 2 * width, size);
                    merge(fromAddresses, fromItems, (int) start, middle, end, toAddresses, toItems);
                }
                long[] addressesDone = toAddresses;
                toAddresses = fromAddresses;
                fromAddresses = addressesDone;
                int[] itemsDone = toItems;
                toItems = fromItems;
                fromItems = itemsDone;
            }
            return new AddressIndex(fromAddresses, fromItems);
        }

        private static void merge(
                long[] fromAddresses,
                int[] fromItems,
                int start,
                int middle,
                int end,
                long[] toAddresses,
                int[] toItems) {
            int left = start;
            int right = middle;
            for (int to = start; to < end; to++) {
                boolean takeLeft = left < middle
                        && (right >= end || Long.compareUnsigned(fromAddresses[left], fromAddresses[right]) <= 0);
                int from = takeLeft ? left++ : right++;
                toAddresses[to] = fromAddresses[from];
                toItems[to] = fromItems[from];
            }
        }
    }
}
