package dev.kvmdap.types;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An enumeration.
 *
 * @param tag its name behind {@code enum}; empty where it has none
 * @param integer the type of its values
 * @param enumerators in the order of the source
 */
public record EnumType(String tag, IntegerType integer, List<Enumerator> enumerators) implements Type {

    @Override
    public long bytes() {
        return integer.bytes();
    }

    /** The value of a name. */
    public Optional<Enumerator> named(String name) {
        return enumerators.stream().filter(known -> known.name().equals(name)).findFirst();
    }

    /**
     * A value as the source would write it: a name; names of bits that make it up, {@code (READ | WRITE)}; else the
     * number.
     */
    public String text(long value) {
        for (Enumerator known : enumerators) {
            if (known.value() == value) {
                return known.name();
            }
        }
        return value != 0 && isFlags() ? flags(value) : Long.toString(value);
    }

    /** Whether every name but those of 0 stands for one bit. */
    private boolean isFlags() {
        return !enumerators.isEmpty()
                && enumerators.stream().allMatch(known -> known.value() >= 0 && Long.bitCount(known.value()) <= 1);
    }

    private String flags(long value) {
        List<String> names = new ArrayList<>();
        long rest = value;
        for (Enumerator known : enumerators) {
            if ((rest & known.value()) != 0) {
                names.add(known.name());
                rest &= ~known.value();
            }
        }
        if (rest != 0) {
            names.add("unknown: 0x" + Long.toHexString(rest));
        }
        return "(" + String.join(" | ", names) + ")";
    }

    @Override
    public String declaration(String declarator) {
        return Type.declaration("enum " + (tag.isEmpty() ? "{...}" : tag), declarator);
    }

    @Override
    public String toString() {
        return name();
    }
}
