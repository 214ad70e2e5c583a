package dev.kvmdap.elf;

/**
 * An entry of the section header table (gABI, Sections). Its bytes: {@link ElfFile#contents(Section)}.
 *
 * @param index its place in the table, from 0
 * @param name its name, such as {@code .text}
 * @param type {@code sh_type}
 * @param flags {@code sh_flags}
 * @param address the linear address of its first byte; 0 where it is not in memory
 * @param offset where its bytes begin in the file
 * @param size its bytes, in the file unless {@code type} is {@link #NOBITS}; unsigned
 * @param link the index of a section that belongs to it
 * @param entrySize the bytes of one entry, for a section that is a table
 */
public record Section(
        int index, String name, int type, long flags, long address, long offset, long size, int link, long entrySize) {

    /** SHT_SYMTAB: the full symbol table. */
    public static final int SYMTAB = 2;
    /** SHT_NOBITS: a section without bytes in the file. */
    public static final int NOBITS = 8;
    /** SHT_DYNSYM: the symbols that dynamic linking needs. */
    public static final int DYNSYM = 11;
    /** SHF_WRITE: the section is written to while the image runs. */
    public static final long WRITE = 1;
    /** SHF_ALLOC: the section is in memory while the image runs. */
    public static final long ALLOC = 2;
    /** SHF_EXECINSTR: the section holds instructions. */
    public static final long EXECINSTR = 4;
    /** SHF_COMPRESSED: the bytes in the file begin with a compression header. */
    public static final long COMPRESSED = 0x800;

    /** Whether the section holds instructions. */
    public boolean isExecutable() {
        return (flags & EXECINSTR) != 0;
    }

    /** Whether the section is written to while the image runs. */
    public boolean isWritable() {
        return (flags & WRITE) != 0;
    }

    /** Whether the section is in memory while the image runs. */
    public boolean isAllocated() {
        return (flags & ALLOC) != 0;
    }

    /** Whether a linear address lies in this section's memory. */
    public boolean contains(long linear) {
        return isAllocated() && Long.compareUnsigned(linear - address, size) < 0;
    }
}
