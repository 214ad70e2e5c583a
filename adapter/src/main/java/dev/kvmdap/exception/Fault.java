package dev.kvmdap.exception;

import dev.kvmdap.x86.X86Exception;
import java.util.OptionalLong;

/**
 * An exception that the processor raises.
 *
 * @param kind which
 * @param errorCode what it would push; empty where the exception has none
 * @param address the linear address that could not be accessed, for #PF
 * @param cause why, in words
 */
public record Fault(X86Exception kind, OptionalLong errorCode, OptionalLong address, String cause) {

    static Fault of(X86Exception kind, String cause) {
        return new Fault(kind, OptionalLong.empty(), OptionalLong.empty(), cause);
    }

    static Fault of(X86Exception kind, long errorCode, String cause) {
        return new Fault(kind, OptionalLong.of(errorCode), OptionalLong.empty(), cause);
    }

    static Fault page(long address, long errorCode, String cause) {
        return new Fault(X86Exception.PAGE_FAULT, OptionalLong.of(errorCode), OptionalLong.of(address), cause);
    }

    /** Such as {@code #GP(0x10)}. */
    public String name() {
        return kind.mnemonic() + (errorCode.isPresent() ? "(0x" + Long.toHexString(errorCode.getAsLong()) + ")" : "");
    }
}
