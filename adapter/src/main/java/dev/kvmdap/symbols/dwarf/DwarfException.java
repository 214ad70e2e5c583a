package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ElfException;

/** Debugging information that breaks the DWARF standard or goes beyond what is read of it. */
public final class DwarfException extends ElfException {

    DwarfException(String message) {
        super(message);
    }
}
