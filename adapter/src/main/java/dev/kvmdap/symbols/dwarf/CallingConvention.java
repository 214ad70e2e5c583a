package dev.kvmdap.symbols.dwarf;

/** What the System V psABIs demand of functions, by the DWARF numbers of registers (x86-64: 3.2.1; i386: 2.2.1). */
public final class CallingConvention {

    private CallingConvention() {}

    /** The number of the stack pointer. */
    public static int stackPointer(int wordSize) {
        return wordSize == Long.BYTES ? 7 : 4;
    }

    /** Whether a register is one of the x87's stack, ST0 to ST7, which hold numbers of 80 bits. */
    static boolean isX87(int wordSize, int register) {
        int first = wordSize == Long.BYTES ? 33 : 11;
        return register >= first && register < first + 8;
    }

    /** Whether a function must leave this register as it found it. */
    public static boolean isCalleeSaved(int wordSize, int register) {
        return wordSize == Long.BYTES
                ? register == 3 || register == 6 || (register >= 12 && register <= 15)
                : register == 3 || (register >= 5 && register <= 7);
    }
}
