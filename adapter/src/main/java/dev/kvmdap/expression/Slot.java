package dev.kvmdap.expression;

import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/** How a number lies in the bytes of an object. Loading allocates nothing. */
final class Slot {

    private final Type number;
    private final int firstBit;
    private final int bits;
    private final int bytes;

    private Slot(Type number, int firstBit, int bits) {
        this.number = number;
        this.firstBit = firstBit;
        this.bits = bits;
        this.bytes = bits == 0 ? (int) number.bytes() : (firstBit + bits + Byte.SIZE - 1) / Byte.SIZE;
    }

    /**
     * The slot of a type; null where its values are no numbers that can be computed with.
     *
     * @param member the bit field that it is; null, or one of whole bytes, for a slot of its own
     */
    static @Nullable Slot of(Type type, @Nullable Member member) {
        Type number = Scalars.numberOf(type);
        if (number == null || (number instanceof IntegerType integer && !integer.isComputable())) {
            return null;
        }
        return member != null && member.isBitField()
                ? new Slot(number, member.bitOffset(), member.bitSize())
                : new Slot(number, 0, 0);
    }

    /** The type of the number: an {@link IntegerType} or {@link FloatType}. */
    Type number() {
        return number;
    }

    /** The bits of a bit field; 0 where it is none. */
    int bits() {
        return bits;
    }

    /** The value in a place; throws {@link UnreadableException} where it cannot be read. */
    <S> long load(Place<S> place, S state, long offset) {
        if (number instanceof FloatType real) {
            return Double.doubleToRawLongBits(
                    real.isExtended()
                            ? FloatType.decodeExtended(place.read(state, offset, Long.BYTES), (int)
                                    place.read(state, offset + Long.BYTES, Short.BYTES))
                            : real.decode(place.read(state, offset, bytes)));
        }
        IntegerType integer = (IntegerType) number;
        return bits == 0
                ? integer.extend(place.read(state, offset, bytes))
                : extract(place.read(state, offset, Math.min(bytes, Long.BYTES)), place, state, offset, integer);
    }

    private <S> long extract(long low, Place<S> place, S state, long offset, IntegerType integer) {
        long value = low >>> firstBit;
        if (bytes > Long.BYTES) {
            value |= place.read(state, offset + Long.BYTES, 1) << (Long.SIZE - firstBit);
        }
        int spare = Long.SIZE - bits;
        return integer.signed() ? value << spare >> spare : value << spare >>> spare;
    }

    /** Stores a value that is converted to the slot's type already; bits that do not fit a bit field are cut off. */
    <S> void store(Place<S> place, S state, long offset, long value) {
        if (number instanceof FloatType real) {
            double written = Double.longBitsToDouble(value);
            if (real.isExtended()) {
                place.write(state, offset, Long.BYTES, FloatType.extendedSignificand(written));
                int upper = FloatType.extendedSignAndExponent(written);
                place.write(state, offset + Long.BYTES, Short.BYTES, upper);
            } else {
                place.write(state, offset, bytes, real.encode(written));
            }
        } else if (bits == 0) {
            place.write(state, offset, bytes, value);
        } else {
            insert(place, state, offset, value);
        }
    }

    private <S> void insert(Place<S> place, S state, long offset, long value) {
        int lowBytes = Math.min(bytes, Long.BYTES);
        long mask = -1L >>> (Long.SIZE - bits);
        long low = place.read(state, offset, lowBytes);
        place.write(state, offset, lowBytes, (low & ~(mask << firstBit)) | ((value & mask) << firstBit));
        if (bytes > Long.BYTES) {
            int already = Long.SIZE - firstBit;
            long high = place.read(state, offset + Long.BYTES, 1);
            place.write(state, offset + Long.BYTES, 1, (high & ~(mask >>> already)) | ((value & mask) >>> already));
        }
    }
}
