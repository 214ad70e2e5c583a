package dev.kvmdap.disassembly;

/** The registers by the numbers that encodings give them (SDM vol. 2, table 2-2 and 3.1.1.1). */
final class RegisterNumbers {

    private static final String[] BYTE = {
        "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"
    };
    private static final String[] BYTE_WITHOUT_REX = {"al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"};
    private static final String[] WORD = {
        "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"
    };
    private static final String[] DOUBLEWORD = {
        "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d",
        "r15d"
    };
    private static final String[] QUADWORD = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
    };
    private static final String[] SEGMENT = {"es", "cs", "ss", "ds", "fs", "gs"};

    private RegisterNumbers() {}

    /**
     * A general register.
     *
     * @param bytes 1, 2, 4 or 8
     * @param rex whether there is a REX prefix, which replaces AH to BH
     */
    static String general(int number, int bytes, boolean rex) {
        return switch (bytes) {
            case 1 -> rex || number > 7 ? BYTE[number] : BYTE_WITHOUT_REX[number];
            case 2 -> WORD[number];
            case 4 -> DOUBLEWORD[number];
            default -> QUADWORD[number];
        };
    }

    /** A segment register; {@code ?} for the two numbers that name none. */
    static String segment(int number) {
        return (number & 7) < SEGMENT.length ? SEGMENT[number & 7] : "?";
    }

    /** The segment register of an override prefix; empty for none. */
    static String override(int prefix) {
        return switch (prefix) {
            case 0x26 -> "es";
            case 0x2e -> "cs";
            case 0x36 -> "ss";
            case 0x3e -> "ds";
            case 0x64 -> "fs";
            case 0x65 -> "gs";
            default -> "";
        };
    }

    /**
     * A vector register.
     *
     * @param bytes 32 for YMM; XMM otherwise
     */
    static String vector(int number, int bytes) {
        return (bytes == 32 ? "ymm" : "xmm") + number;
    }
}
