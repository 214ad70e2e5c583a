package dev.kvmdap.symbols;

/**
 * A run of linear addresses.
 *
 * @param low the first address
 * @param high the address behind the last one, unsigned
 */
public record AddressRange(long low, long high) {

    /** Whether an address lies in the range. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address - low, high - low) < 0;
    }

    AddressRange moved(long offset) {
        return new AddressRange(low + offset, high + offset);
    }
}
