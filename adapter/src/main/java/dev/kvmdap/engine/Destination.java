package dev.kvmdap.engine;

import dev.kvmdap.kvm.Msr;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.Instruction;
import java.util.List;

/**
 * Where an instruction leads that saves or clears the trap flag. The processor does not stop behind such an instruction, or
 * the guest finds the debugger's flag where it looks for its own: INT n clears it for its handler (SDM vol. 3, 6.12.1.2),
 * SYSCALL as IA32_FMASK says, PUSHF saves it (vol. 2). They are not stepped but run to their destination.
 */
final class Destination {

    /** The trap flag serves, or nobody knows where the instruction leads. */
    static final long UNKNOWN = InterruptTable.NO_HANDLER;

    private static final int IA32_LSTAR = 0xc000_0082;
    private static final int OVERFLOW_VECTOR = 4;
    private static final long RFLAGS_OF = 1 << 11;
    private static final long RFLAGS_VM = 1 << 17;

    private Destination() {}

    /**
     * The linear address of the instruction that will be executed next, if the trap flag does not lead there by itself. On
     * the vCPU's thread.
     *
     * @param pc linear address of the instruction
     */
    static long of(Instruction instruction, long pc, Cpu cpu, Vcpu vcpu) {
        return switch (instruction.kind()) {
            case PUSHF -> pc + instruction.length();
            case INT -> isTaken(instruction, cpu) ? InterruptTable.handler(cpu, instruction.vector()) : UNKNOWN;
            case SYSCALL -> cpu.mode() == CpuMode.LONG ? systemCallEntry(vcpu) : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    /** INTO does nothing while RFLAGS.OF is clear; virtual-8086 mode has ways of its own. */
    private static boolean isTaken(Instruction instruction, Cpu cpu) {
        long flags = cpu.regs().rflags();
        return (flags & RFLAGS_VM) == 0 && (instruction.vector() != OVERFLOW_VECTOR || (flags & RFLAGS_OF) != 0);
    }

    private static long systemCallEntry(Vcpu vcpu) {
        List<Msr> read = vcpu.state().msrs(List.of(IA32_LSTAR)).done();
        return read.isEmpty() ? UNKNOWN : read.get(0).value();
    }
}
