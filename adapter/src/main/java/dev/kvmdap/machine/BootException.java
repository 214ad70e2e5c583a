package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfException;

/**
 * An image that cannot be started as asked. The message names what is wrong, what is allowed and what to do next; it is
 * fit to be shown to the user as it is.
 */
public class BootException extends RuntimeException {

    /** An image or a configuration that is wrong in itself. */
    public BootException(String message) {
        super(message);
    }

    /** An image that is not the ELF file it should be. */
    BootException(ElfException cause) {
        super(cause.getMessage(), cause);
    }

    /** An image that cannot be read. */
    public BootException(String message, Throwable cause) {
        super(message, cause);
    }
}
