package dev.kvmdap.x86;

/**
 * A named run of bits in a register.
 *
 * @param name as the manuals write it, such as IF or IOPL
 * @param low the lowest bit, from 0
 * @param high the highest bit, up to 63
 * @param meaning what it stands for when set, in a few words
 */
public record BitField(String name, int low, int high, String meaning) {

    public BitField {
        if (low < 0 || high < low || high > 63) {
            throw new IllegalArgumentException("bits %d:%d of %s".formatted(high, low, name));
        }
    }

    /** A field of one bit. */
    public static BitField flag(String name, int bit, String meaning) {
        return new BitField(name, bit, bit, meaning);
    }

    /** Whether the field is a single bit. */
    public boolean isFlag() {
        return low == high;
    }

    /** The greatest value the field can hold, unsigned. */
    public long maximum() {
        return -1L >>> (63 - high + low);
    }

    /** The field's value in a register's value. */
    public long of(long register) {
        return (register >>> low) & maximum();
    }

    /**
     * The register's value with this field replaced.
     *
     * @throws IllegalArgumentException where the value does not fit
     */
    public long with(long register, long value) {
        if (Long.compareUnsigned(value, maximum()) > 0) {
            throw new IllegalArgumentException("%s holds 0 to 0x%x, not 0x%x".formatted(name, maximum(), value));
        }
        return (register & ~(maximum() << low)) | (value << low);
    }
}
