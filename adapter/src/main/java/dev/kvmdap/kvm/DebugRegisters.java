package dev.kvmdap.kvm;

/**
 * The guest's own debug registers (struct kvm_debugregs; SDM vol. 3, 18.2). While {@link Abi#GUESTDBG_USE_HW_BP} is set the
 * guest reads and writes these, and the debugger's are in force.
 *
 * @param dr0 linear address
 * @param dr1 linear address
 * @param dr2 linear address
 * @param dr3 linear address
 * @param dr6 what happened
 * @param dr7 what is armed
 */
public record DebugRegisters(long dr0, long dr1, long dr2, long dr3, long dr6, long dr7) {}
