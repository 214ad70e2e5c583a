package dev.kvmdap.elf;

/** The processors whose images are read: the values of {@code e_machine} in the x86 psABIs. */
public enum Machine {
    /** EM_386: 16- and 32-bit code, or 64-bit code that {@code objcopy -O elf32-i386} has wrapped for a boot loader. */
    I386(3),
    /** EM_X86_64: 64-bit code in an ELF64 file, or x32 code in an ELF32 file. */
    X86_64(62);

    final int code;

    Machine(int code) {
        this.code = code;
    }
}
