package dev.kvmdap.kvm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The layout of one C struct of the KVM interface. Fields are declared in the order of the kernel's header, their offsets
 * follow from the alignment rules of the x86-64 psABI (3.1.2), and the total is held against the size that the
 * header's struct has, so that a wrong declaration fails when the class is loaded and not in a guest.
 */
final class Layout {
    private final String name;
    private final Map<String, Integer> offsets;
    private final int size;

    private Layout(String name, Map<String, Integer> offsets, int size) {
        this.name = name;
        this.offsets = offsets;
        this.size = size;
    }

    /** Begins the declaration of a struct. */
    static Builder of(String name) {
        return new Builder(name);
    }

    /** Bytes from the begin of the struct to a field. */
    int offset(String field) {
        Integer offset = offsets.get(field);
        if (offset == null) {
            throw new IllegalArgumentException("struct " + name + " has no field " + field);
        }
        return offset;
    }

    /** The name after {@code struct}, or the member's where it is a part of a union. */
    String name() {
        return name;
    }

    /** The fields, each as C's offsetof takes it. */
    Set<String> fields() {
        return offsets.keySet();
    }

    /** The struct's size in bytes: sizeof. */
    int size() {
        return size;
    }

    /** Collects the fields of a struct. */
    static final class Builder {
        private final String name;
        private final Map<String, Integer> offsets = new LinkedHashMap<>();
        private int end;
        private int alignment = 1;

        private Builder(String name) {
            this.name = name;
        }

        Builder u8(String... fields) {
            return scalars(1, fields);
        }

        Builder u16(String... fields) {
            return scalars(2, fields);
        }

        Builder u32(String... fields) {
            return scalars(4, fields);
        }

        Builder u64(String... fields) {
            return scalars(8, fields);
        }

        /** An array of bytes. */
        Builder bytes(String field, int length) {
            return place(field, length, 1);
        }

        /** An array of 64-bit words. */
        Builder words(String field, int length) {
            return place(field, 8 * length, 8);
        }

        /** An array of 32-bit words. */
        Builder words32(String field, int length) {
            return place(field, 4 * length, 4);
        }

        /** Nested structs, one after another; every struct of the KVM interface that is nested is 8-byte aligned. */
        Builder structs(Layout layout, String... fields) {
            for (String field : fields) {
                place(field, layout.size, 8);
            }
            return this;
        }

        /** A union of a fixed size, whose arms are layouts of their own. */
        Builder union(String field, int bytes) {
            return place(field, bytes, 8);
        }

        /** Ends the declaration. */
        Layout size(int expected) {
            int size = aligned(end, alignment);
            if (size != expected) {
                throw new AssertionError(
                        "struct " + name + " was declared with " + size + " bytes but has " + expected);
            }
            return new Layout(name, offsets, size);
        }

        private Builder scalars(int bytes, String... fields) {
            for (String field : fields) {
                place(field, bytes, bytes);
            }
            return this;
        }

        private Builder place(String field, int bytes, int fieldAlignment) {
            int offset = aligned(end, fieldAlignment);
            if (offsets.put(field, offset) != null) {
                throw new AssertionError("struct " + name + " declares " + field + " twice");
            }
            end = offset + bytes;
            alignment = Math.max(alignment, fieldAlignment);
            return this;
        }

        private static int aligned(int offset, int alignment) {
            return (offset + alignment - 1) / alignment * alignment;
        }
    }
}
