package dev.kvmdap.x86;

/** The names of the types of segments and gates (SDM vol. 3, tables 3-1 and 3-2). */
public final class SegmentType {

    private static final int ACCESSED = 1;
    private static final int WRITABLE_OR_READABLE = 2;
    private static final int EXPAND_DOWN_OR_CONFORMING = 4;
    private static final int CODE = 8;

    private SegmentType() {}

    /**
     * The type in words.
     *
     * @param system whether the S bit is 0
     * @param type the four type bits
     * @param ia32e whether EFER.LMA = 1
     */
    public static String term(boolean system, int type, boolean ia32e) {
        return system ? systemTerm(type, ia32e) : applicationTerm(type);
    }

    private static String applicationTerm(int type) {
        boolean second = (type & WRITABLE_OR_READABLE) != 0;
        boolean third = (type & EXPAND_DOWN_OR_CONFORMING) != 0;
        String term = (type & CODE) != 0
                ? "code, " + (third ? "conforming, " : "") + (second ? "execute/read" : "execute-only")
                : "data, " + (third ? "expand-down, " : "") + (second ? "read/write" : "read-only");
        return (type & ACCESSED) != 0 ? term + ", accessed" : term;
    }

    private static String systemTerm(int type, boolean ia32e) {
        return switch (type) {
            case 0x2 -> "LDT";
            case 0x9 -> ia32e ? "64-bit TSS, available" : "32-bit TSS, available";
            case 0xb -> ia32e ? "64-bit TSS, busy" : "32-bit TSS, busy";
            case 0xc -> ia32e ? "64-bit call gate" : "32-bit call gate";
            case 0xe -> ia32e ? "64-bit interrupt gate" : "32-bit interrupt gate";
            case 0xf -> ia32e ? "64-bit trap gate" : "32-bit trap gate";
            default -> ia32e ? "reserved" : legacySystemTerm(type);
        };
    }

    private static String legacySystemTerm(int type) {
        return switch (type) {
            case 0x1 -> "16-bit TSS, available";
            case 0x3 -> "16-bit TSS, busy";
            case 0x4 -> "16-bit call gate";
            case 0x5 -> "task gate";
            case 0x6 -> "16-bit interrupt gate";
            case 0x7 -> "16-bit trap gate";
            default -> "reserved";
        };
    }
}
