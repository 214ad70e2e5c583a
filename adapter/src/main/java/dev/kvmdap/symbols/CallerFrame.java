package dev.kvmdap.symbols;

/**
 * What unwinding a frame by call frame information has found.
 *
 * @param registers the caller's registers, {@link FrameRegisters#lookupAddress} set for the next question
 * @param cfa the canonical frame address of the frame that was unwound: the stack pointer before it was called
 * @param signalFrame whether the frame that was unwound was entered by an interrupt rather than a call
 * @param outermost whether the frame that was unwound has no caller, so that {@code registers} mean nothing
 */
public record CallerFrame(FrameRegisters registers, long cfa, boolean signalFrame, boolean outermost) {

    /** The linear address that the caller goes on at. */
    public long pc() {
        return registers.pc();
    }
}
