package dev.kvmdap.engine;

import dev.kvmdap.exception.InterruptFrame;
import dev.kvmdap.kvm.Msr;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.Instruction;
import java.util.List;
import java.util.Optional;

/**
 * Where an instruction leads that saves, clears or loads the trap flag. The processor does not stop behind such an instruction,
 * or the guest finds the debugger's flag where it looks for its own: INT n clears it for its handler (SDM vol. 3, 6.12.1.2),
 * SYSCALL as IA32_FMASK says, PUSHF saves it (vol. 2), IRET loads another one. They are not stepped but run to their
 * destination.
 */
final class Destination {

    /** The trap flag serves, or nobody knows where the instruction leads. */
    static final long UNKNOWN = InterruptTable.NO_HANDLER;

    private static final int IA32_LSTAR = 0xc000_0082;
    private static final int OVERFLOW_VECTOR = 4;
    private static final long RFLAGS_OF = 1 << 11;
    private static final long RFLAGS_NT = 1 << 14;
    private static final long RFLAGS_RF = 1 << 16;
    private static final long RFLAGS_VM = 1 << 17;
    private static final int NO_ERROR_CODE = 3;

    private Destination() {}

    /**
     * The linear address of the instruction that will be executed next, if the trap flag does not lead there by itself. On
     * the vCPU's thread.
     *
     * @param pc linear address of the instruction
     * @param slotsHeedResumeFlag whether an execute breakpoint does not stop the instruction that RFLAGS.RF is loaded for
     */
    static long of(Instruction instruction, long pc, Cpu cpu, Vcpu vcpu, boolean slotsHeedResumeFlag) {
        return switch (instruction.kind()) {
            case PUSHF -> isSet(cpu, SavedFlags.TRAP_FLAG) ? UNKNOWN : pc + instruction.length();
            case IRET ->
                isSet(cpu, SavedFlags.TRAP_FLAG | RFLAGS_NT)
                        ? UNKNOWN
                        : returned(instruction, cpu, slotsHeedResumeFlag);
            case INT -> isTaken(instruction, cpu) ? InterruptTable.handler(cpu, instruction.vector()) : UNKNOWN;
            case SYSCALL -> cpu.mode() == CpuMode.LONG ? systemCallEntry(vcpu) : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    /** INTO does nothing while RFLAGS.OF is clear; virtual-8086 mode has ways of its own. */
    static boolean isTaken(Instruction instruction, Cpu cpu) {
        long flags = cpu.regs().rflags();
        return (flags & RFLAGS_VM) == 0 && (instruction.vector() != OVERFLOW_VECTOR || (flags & RFLAGS_OF) != 0);
    }

    private static boolean isSet(Cpu cpu, long flags) {
        return (cpu.regs().rflags() & flags) != 0;
    }

    private static long returned(Instruction instruction, Cpu cpu, boolean slotsHeedResumeFlag) {
        Optional<InterruptFrame> frame = frame(instruction, cpu);
        return frame.isEmpty() || (slotsHeedResumeFlag && (frame.get().rflags() & RFLAGS_RF) != 0)
                ? UNKNOWN
                : RaisedException.pc(cpu, frame.get());
    }

    /** What IRET takes from the stack: the same as an exception without an error code pushes. */
    private static Optional<InterruptFrame> frame(Instruction instruction, Cpu cpu) {
        return RaisedException.frame(cpu, NO_ERROR_CODE, instruction.operandBytes());
    }

    /** Whether the instruction gives the guest a trap flag of its own, which is in force behind the one that follows. */
    static boolean loadsTrapFlag(Instruction instruction, Cpu cpu) {
        return switch (instruction.kind()) {
            case POPF -> (cpu.memory().number(cpu.stackPointer(), Short.BYTES).orElse(0) & SavedFlags.TRAP_FLAG) != 0;
            case IRET -> (frame(instruction, cpu).map(InterruptFrame::rflags).orElse(0L) & SavedFlags.TRAP_FLAG) != 0;
            case SYSRET -> (cpu.regs().r11() & SavedFlags.TRAP_FLAG) != 0;
            default -> false;
        };
    }

    private static long systemCallEntry(Vcpu vcpu) {
        List<Msr> read = vcpu.state().msrs(List.of(IA32_LSTAR)).done();
        return read.isEmpty() ? UNKNOWN : read.get(0).value();
    }
}
