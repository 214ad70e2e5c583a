package dev.kvmdap.console;

/**
 * An instruction for people.
 *
 * @param address the linear address of its first byte
 * @param text with symbols; empty where the address cannot be read
 */
public record CodeLine(long address, String text) {}
