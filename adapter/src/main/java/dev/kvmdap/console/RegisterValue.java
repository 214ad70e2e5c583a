package dev.kvmdap.console;

/**
 * A register and what is in it.
 *
 * @param name as the manuals write it, in lower case
 * @param bits the value, unsigned
 * @param width in bits, up to 64
 * @param meaning the named bits that are set, a symbol, or nothing
 */
public record RegisterValue(String name, long bits, int width, String meaning) {}
