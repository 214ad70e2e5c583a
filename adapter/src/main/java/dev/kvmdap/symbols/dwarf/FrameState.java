package dev.kvmdap.symbols.dwarf;

/** A frame whose variables are looked for: its registers and the memory around it. */
public interface FrameState {

    /** The bytes of a word, and with it the numbering of registers: 8 for that of x86-64, 4 for that of i386. */
    int wordSize();

    /**
     * A register by its DWARF number, zero-extended.
     *
     * @throws NoValueException where it is not known in this frame
     */
    long register(int number);

    /**
     * The eight bytes of a register from an offset on: of those that are wider than a word, such as XMM0 (17 in 64-bit code,
     * 21 in 32-bit code) and ST0 (33 and 11).
     *
     * @throws NoValueException where it is not known in this frame
     */
    default long register(int number, int offset) {
        if (offset != 0) {
            throw new NoValueException("is in a register that is not read here (number " + number + " of DWARF)");
        }
        return register(number);
    }

    /**
     * A little-endian number at a linear address, zero-extended.
     *
     * @param bytes 1 to 8
     * @throws NoValueException where it cannot be read
     */
    long memory(long linear, int bytes);
}
