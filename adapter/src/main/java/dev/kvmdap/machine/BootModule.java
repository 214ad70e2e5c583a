package dev.kvmdap.machine;

import java.nio.file.Path;

/**
 * A file that a boot loader hands to the kernel beside the kernel itself.
 *
 * @param path where it lies
 * @param arguments what the kernel is told about it, after its file name; may be empty
 */
public record BootModule(Path path, String arguments) {}
