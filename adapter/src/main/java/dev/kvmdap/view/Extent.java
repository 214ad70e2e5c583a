package dev.kvmdap.view;

import dev.kvmdap.x86.GuestVirtual;

/**
 * The memory that a value occupies.
 *
 * @param address linear address of its first byte
 * @param bytes its size; 0 where it is not known
 */
public record Extent(GuestVirtual address, long bytes) {}
