package dev.kvmdap.dap;

/** Bytes from the client that are no message of the protocol. The stream behind them can be read on. */
final class MalformedMessageException extends Exception {

    MalformedMessageException(String message) {
        super(message);
    }
}
