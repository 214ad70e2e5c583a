package dev.kvmdap.symbols.dwarf;

/**
 * A type as far as it takes to show a simple value of it.
 *
 * @param name as the source would write it
 * @param byteSize the bytes of a value; 0 where unknown
 * @param encoding how the bytes are read: one of the constants here (DWARF 5, 7.8, table 7.11); 0 for what has no single
 *     value, such as structures and arrays
 */
public record TypeDescription(String name, long byteSize, int encoding) {

    /** DW_ATE_address, and every pointer. */
    public static final int ADDRESS = 0x01;
    /** DW_ATE_boolean. */
    public static final int BOOLEAN = 0x02;
    /** DW_ATE_float. */
    public static final int FLOAT = 0x04;
    /** DW_ATE_signed. */
    public static final int SIGNED = 0x05;
    /** DW_ATE_signed_char. */
    public static final int SIGNED_CHAR = 0x06;
    /** DW_ATE_unsigned, and every enumeration without a type of its own. */
    public static final int UNSIGNED = 0x07;
    /** DW_ATE_unsigned_char. */
    public static final int UNSIGNED_CHAR = 0x08;
    /** DW_ATE_UTF. */
    public static final int UTF = 0x10;

    static final TypeDescription VOID = new TypeDescription("void", 0, 0);
    static final TypeDescription UNKNOWN = new TypeDescription("?", 0, 0);

    TypeDescription named(String newName) {
        return new TypeDescription(newName, byteSize, encoding);
    }
}
