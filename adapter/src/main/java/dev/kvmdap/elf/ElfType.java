package dev.kvmdap.elf;

/** What kind of image a file holds: the values of {@code e_type} (gABI, ELF Header). */
public enum ElfType {
    /** ET_REL: an object file or kernel module that is still to be linked; its addresses count from its sections. */
    RELOCATABLE(1),
    /** ET_EXEC: linked to fixed addresses. */
    EXECUTABLE(2),
    /** ET_DYN: linked to addresses from 0 up, to be loaded anywhere (PIE, shared object). */
    SHARED(3),
    /** ET_CORE: a memory image of a program that ended. */
    CORE(4);

    final int code;

    ElfType(int code) {
        this.code = code;
    }
}
