package dev.kvmdap.symbols;

import java.nio.ByteBuffer;

/**
 * What an image holds around an address of its code, within one page: by it the code is known again in memory.
 *
 * @param start linear address of the first byte
 * @param bytes as they are in the file, from index 0 to the limit
 * @param ownsPage whether the page belongs to the booted image's code alone: no data of the image's lies on it, and it begins
 *     with the image
 */
public record CodeBytes(long start, ByteBuffer bytes, boolean ownsPage) {}
