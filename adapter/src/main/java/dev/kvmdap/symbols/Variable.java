package dev.kvmdap.symbols;

/**
 * A variable of the guest that lies in memory.
 *
 * @param address the linear address of its first byte
 * @param byteSize its bytes; 0 where unknown, as for labels in assembly
 * @param typeName as the source would write it; empty where unknown
 * @param encoding how its bytes are read as one value
 */
public record Variable(String name, long address, long byteSize, String typeName, Encoding encoding) {

    /** How bytes are read as one value. */
    public enum Encoding {
        SIGNED,
        UNSIGNED,
        BOOLEAN,
        /** A character, which is a number too. */
        CHARACTER,
        FLOAT,
        POINTER,
        /** Structures, arrays, and what no type is known of: not one value. */
        OTHER
    }
}
