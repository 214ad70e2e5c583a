package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * How to unwind from the addresses of one piece of code: a frame description entry (DWARF 5, 6.4.1).
 *
 * @param low the first address it is about
 * @param high the address behind the last one
 * @param instructions its call frame instructions
 */
record FrameDescription(CommonInformation common, long low, long high, ByteReader instructions) {}
