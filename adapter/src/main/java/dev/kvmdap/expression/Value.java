package dev.kvmdap.expression;

import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What an expression was worth at one moment: a number, or an object with its parts. Parts are read when they are asked for,
 * while the guest still stands where it stood. Methods that read throw {@link UnreadableException} where they cannot.
 */
public final class Value {

    private final Type type;
    private final Format format;
    private final @Nullable Member member;
    private final @Nullable Slot slot;
    private final @Nullable Storage storage;
    private final Storage memory;
    private final long computed;

    private Value(
            Type type,
            Format format,
            @Nullable Member member,
            @Nullable Storage storage,
            Storage memory,
            long computed) {
        this.type = type;
        this.format = format;
        this.member = member;
        this.slot = Slot.of(type, member);
        this.storage = storage;
        this.memory = memory;
        this.computed = computed;
    }

    /** A number that was computed; its pointers lead to the given storage's memory. */
    static Value computed(Type type, Format format, long bits, Storage memory) {
        return new Value(type, format, null, null, memory, bits);
    }

    /** A number without a guest around it. */
    public static Value of(Type type, Format format, long bits) {
        return computed(type, format, bits, Storage.settled(Place.<Object>constant(0), type, Memory.none()));
    }

    /** An object. */
    static Value stored(Type type, Format format, @Nullable Member member, Storage storage) {
        return new Value(type, format, member, storage, storage, 0);
    }

    /** Its type. */
    public Type type() {
        return type;
    }

    /** How the text asked to see it, or else as its operands are shown. */
    public Format format() {
        return format;
    }

    /** The same value in another format. */
    public Value in(Format other) {
        return new Value(type, other, member, storage, memory, computed);
    }

    /**
     * What it would be with other bytes in its place; empty where it is not one number.
     *
     * @param bytes as many as the type has, at most 8, as a little-endian number
     */
    public Optional<Value> withBytes(long bytes) {
        return slot == null || type.bytes() > Long.BYTES
                ? Optional.empty()
                : Optional.of(computed(type, format, slot.load(Place.<Object>constant(bytes), this, 0), memory));
    }

    /** Whether it is one number: an integer, a pointer, an enumerator, a floating-point number. */
    public boolean isNumber() {
        return slot != null;
    }

    /**
     * The number, as its type travels in a {@code long}; of an array or function its address.
     *
     * @throws UnreadableException where it is neither, or cannot be read
     */
    public long bits() {
        if (storage == null) {
            return computed;
        }
        if (slot != null) {
            return slot.load(Storage.PLACE, storage, 0);
        }
        if (type.stripped() instanceof ArrayType || type.stripped() instanceof FunctionType) {
            return storage.address();
        }
        throw new UnreadableException("a " + type + " is not a number");
    }

    /** Where its bytes are; null where it was computed. */
    public @Nullable Storage storage() {
        return storage;
    }

    /** The linear address of its first byte; empty where it is not in linear memory, or a bit field. */
    public OptionalLong address() {
        return storage != null && storage.space() == AddressSpace.LINEAR && (slot == null || slot.bits() == 0)
                ? OptionalLong.of(storage.address())
                : OptionalLong.empty();
    }

    /** Whether it can be assigned to: it is a number in a place. */
    public boolean isSettable() {
        return storage != null && slot != null;
    }

    /** The bits of a bit field; 0 where it is none. */
    public int fieldBits() {
        return slot == null ? 0 : slot.bits();
    }

    /**
     * Assigns a number to the object.
     *
     * @param number its type and value; it is converted
     * @throws ArithmeticException where it does not fit
     */
    public void assign(Value number) {
        Type from = Scalars.numberOf(number.decayed());
        if (storage == null || slot == null) {
            throw new UnreadableException("a " + type + " cannot be assigned to as a whole");
        }
        if (from == null) {
            throw new UnreadableException("a " + number.type() + " is not a number");
        }
        slot.store(Storage.PLACE, storage, 0, Scalars.convert(number.bits(), from, slot.number()));
    }

    private Type decayed() {
        boolean isAddress = type.stripped() instanceof ArrayType || type.stripped() instanceof FunctionType;
        return isAddress ? PointerType.to(type, Long.BYTES) : type;
    }

    /**
     * What it is now, for good: changes of the guest's memory do not change it. Of what is larger than {@code most} bytes only
     * the place is kept.
     */
    public <S> Operand<S> kept(int most, Memory<S> from) {
        if (slot != null && !(slot.number() instanceof FloatType real && real.isExtended())) {
            return Operand.of(type, Place.bytes(bytes(bits())));
        }
        Storage place = storage;
        if (place == null) {
            return Operand.of(type, Place.constant(computed));
        }
        boolean isAddress = type.bytes() <= 0 || type.bytes() > most;
        if (isAddress && place.space() != null) {
            long address = place.address();
            return Operand.of(type, Place.at(place.space(), state -> address, from));
        }
        byte[] bytes = new byte[(int) Math.min(most, type.bytes())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) place.read(i, 1);
        }
        return Operand.of(type, Place.bytes(bytes));
    }

    /** A number of this type as it is in memory. */
    private byte[] bytes(long number) {
        Type real = Scalars.numberOf(type);
        long word = real instanceof FloatType floating ? floating.encode(Double.longBitsToDouble(number)) : number;
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(word)
                .array();
    }

    /** A member of a structure. */
    public Value member(Member part) {
        return stored(part.type(), format, part, part(part.offset()));
    }

    /** An element of an array. */
    public Value element(long index) {
        Type element = ((ArrayType) type.stripped()).element();
        return stored(element, format, null, part(index * element.bytes()));
    }

    private Storage part(long offset) {
        if (storage == null) {
            throw new UnreadableException("a " + type + " has no parts");
        }
        AddressSpace space = storage.space();
        return space == null ? new Storage.Part(storage, offset) : storage.at(space, storage.address() + offset);
    }

    /** What a pointer points to. */
    public Value target() {
        PointerType pointer = (PointerType) type.stripped();
        return stored(pointer.target(), format, null, memory.at(pointer.space(), bits()));
    }

    /** The value as text, without names for addresses. */
    public String text() {
        return ValueText.WITHOUT_SYMBOLS.of(this);
    }

    @Override
    public String toString() {
        return text();
    }
}
