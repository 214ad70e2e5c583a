package dev.kvmdap.session;

import dev.kvmdap.types.AddressSpace;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the guest's memory as clients send it back: {@code 0x…} is a linear address, {@code p:0x…} a physical one.
 *
 * @param physical whether the address is physical
 * @param address all 64 bits
 */
public record MemoryReference(boolean physical, long address) {

    private static final Pattern SYNTAX = Pattern.compile("(p:)?(?:0[xX]([0-9a-fA-F]{1,16})|([0-9]{1,20}))");

    /**
     * Reads a reference.
     *
     * @throws RequestFailure where the text is none
     */
    public static MemoryReference parse(String text) {
        Matcher matcher = SYNTAX.matcher(text.strip());
        if (!matcher.matches()) {
            throw RequestFailure.badArguments(
                    "'" + text
                            + "' is no memory reference; it must be a linear address such as 0x7c00, or a physical one such as p:0x7c00");
        }
        try {
            String hexadecimal = matcher.group(2);
            return new MemoryReference(
                    matcher.group(1) != null,
                    hexadecimal != null
                            ? Long.parseUnsignedLong(hexadecimal, 16)
                            : Long.parseUnsignedLong(matcher.group(3)));
        } catch (NumberFormatException tooLarge) {
            throw RequestFailure.badArguments("'" + text + "' is beyond the 64-bit address space");
        }
    }

    /** What the address counts in. */
    public AddressSpace space() {
        return physical ? AddressSpace.PHYSICAL : AddressSpace.LINEAR;
    }

    /** The reference {@code bytes} further on; wraps at 2^64. */
    public MemoryReference plus(long bytes) {
        return new MemoryReference(physical, address + bytes);
    }

    @Override
    public String toString() {
        return (physical ? "p:0x" : "0x") + Long.toHexString(address).toLowerCase(Locale.ROOT);
    }
}
