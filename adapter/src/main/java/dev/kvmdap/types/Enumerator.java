package dev.kvmdap.types;

/**
 * A name of an enumeration.
 *
 * @param value extended as the enumeration's integer type is signed or not
 */
public record Enumerator(String name, long value) {}
