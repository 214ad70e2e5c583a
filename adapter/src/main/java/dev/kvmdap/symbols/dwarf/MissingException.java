package dev.kvmdap.symbols.dwarf;

/** An expression that is well formed and tells of nothing that could be read: the reason as in {@link Location.Missing}. */
final class MissingException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final String reason;

    MissingException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
