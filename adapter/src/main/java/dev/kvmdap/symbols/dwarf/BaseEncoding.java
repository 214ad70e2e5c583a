package dev.kvmdap.symbols.dwarf;

/** How the bits of a base type are understood: DW_ATE codes (DWARF 5, 7.8, table 7.11). */
final class BaseEncoding {

    static final int ADDRESS = 0x01;
    static final int BOOLEAN = 0x02;
    static final int COMPLEX_FLOAT = 0x03;
    static final int FLOAT = 0x04;
    static final int SIGNED = 0x05;
    static final int SIGNED_CHAR = 0x06;
    static final int UNSIGNED = 0x07;
    static final int UNSIGNED_CHAR = 0x08;
    static final int UTF = 0x10;

    private BaseEncoding() {}

    static boolean isSigned(int encoding) {
        return encoding == SIGNED || encoding == SIGNED_CHAR;
    }
}
