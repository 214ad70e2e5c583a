package dev.kvmdap.elf;

/**
 * An entry of a symbol table (gABI, Symbol Table).
 *
 * @param name its name; empty where it has none
 * @param value its address; in a relocatable file an offset in its section
 * @param size its bytes; 0 where unknown, as it is for labels in assembly
 * @param type what it stands for, such as {@link #FUNCTION}
 * @param binding {@link #LOCAL}, {@link #GLOBAL} or {@link #WEAK}
 * @param section the index of the section it lies in, or {@link #UNDEFINED} or {@link #ABSOLUTE}
 */
public record Symbol(String name, long value, long size, int type, int binding, int section) {

    /** STT_NOTYPE: as the assembler leaves a label. */
    public static final int NOTYPE = 0;
    /** STT_OBJECT: data. */
    public static final int OBJECT = 1;
    /** STT_FUNC: code. */
    public static final int FUNCTION = 2;
    /** STT_GNU_IFUNC: code that finds the function to call. */
    public static final int INDIRECT_FUNCTION = 10;
    /** STB_LOCAL. */
    public static final int LOCAL = 0;
    /** STB_GLOBAL. */
    public static final int GLOBAL = 1;
    /** STB_WEAK. */
    public static final int WEAK = 2;
    /** SHN_UNDEF: defined in another file. */
    public static final int UNDEFINED = 0;
    /** SHN_ABS: a number that loading the image does not move. */
    public static final int ABSOLUTE = 0xfff1;
}
