package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;

/**
 * An activation of a function, as long as which its variables on the stack exist.
 *
 * @param returnAddress linear address at which its caller goes on
 * @param end the stack pointer that its return leaves behind, linear: its memory lies below
 * @param callerEnd the same of its caller, or {@link #UNKNOWN}
 */
public record FrameScope(GuestVirtual returnAddress, long end, long callerEnd) {

    static final long UNKNOWN = 0;

    /** What a return may release besides: arguments that the callee removes. */
    private static final long ARGUMENTS = 128;

    /** Whether a vCPU at the return address has come there by this activation's return, and not by a deeper one's. */
    boolean isLeft(long stackPointer) {
        return Long.compareUnsigned(stackPointer - end, ARGUMENTS) < 0;
    }
}
