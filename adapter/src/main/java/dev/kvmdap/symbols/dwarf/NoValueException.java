package dev.kvmdap.symbols.dwarf;

/** Something that a frame does not have: the message continues a sentence that begins with what was looked for. */
public final class NoValueException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With the reason: {@code is optimized out here}. */
    public NoValueException(String reason) {
        super(reason);
    }
}
