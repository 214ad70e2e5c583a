package dev.kvmdap.symbols;

import java.util.List;

/**
 * A function of the guest.
 *
 * @param name as in the source, or in the symbol table where there is no debugging information
 * @param low its first linear address
 * @param high the address behind its last one; equal to {@code low} where the size is unknown, as for labels in assembly
 * @param ranges all its code, cold parts that lie elsewhere included; empty where the size is unknown
 */
public record Function(String name, long low, long high, List<AddressRange> ranges) {

    /** Whether an address belongs to the function's code; false where the size is unknown. */
    public boolean contains(long address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    Function moved(long offset) {
        return new Function(
                name,
                low + offset,
                high + offset,
                ranges.stream().map(range -> range.moved(offset)).toList());
    }
}
