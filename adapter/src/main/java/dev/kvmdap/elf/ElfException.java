package dev.kvmdap.elf;

/**
 * An image that cannot be read as what it claims to be. The message names the file, what is wrong, what is allowed and
 * what to do next; it is fit to be shown to the user as it is.
 */
public class ElfException extends RuntimeException {

    /** An image that is wrong in itself. */
    public ElfException(String message) {
        super(message);
    }

    /** An image that the host cannot read, or whose compressed contents do not unpack. */
    public ElfException(String message, Throwable cause) {
        super(message, cause);
    }
}
