package dev.kvmdap.session.launch;

import java.nio.file.Path;

/**
 * A file with symbols for code that the guest has at another place than the file says.
 *
 * @param path the ELF file
 * @param offset what to add to an address of the file for the linear address in the guest; wraps at 2^64
 */
public record SymbolsAt(Path path, long offset) {}
