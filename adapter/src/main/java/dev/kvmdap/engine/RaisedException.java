package dev.kvmdap.engine;

import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.exception.InterruptFrame;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An exception whose handler a vCPU is about to enter.
 *
 * @param kinds which one; several where these share a handler and nothing tells them apart, the likeliest first
 * @param frame what the processor has pushed
 * @param pc linear address of the faulting instruction, or behind it as {@link X86Exception.Type} says
 * @param cpl the privilege level that it was raised in
 * @param cr2 the address of the last page fault
 * @param handler linear address of the handler
 */
public record RaisedException(
        List<X86Exception> kinds, InterruptFrame frame, long pc, int cpl, long cr2, long handler) {

    private static final int INT_N = 0xcd;
    private static final long RFLAGS_VM = 1 << 17;

    /** The likeliest of them. */
    public X86Exception kind() {
        return kinds.get(0);
    }

    /** The error code; 0 where there is none. */
    public long errorCode() {
        return frame.errorCode().orElse(0);
    }

    /**
     * What has led a vCPU to the first instruction of a handler; null where that was no exception: an INT n, or a jump.
     *
     * @param candidates those whose vectors lead to this handler
     * @param wordBytes the size of what its gate has the processor push
     */
    static @Nullable RaisedException at(Cpu cpu, List<X86Exception> candidates, int wordBytes) {
        List<X86Exception> kinds = new ArrayList<>(1);
        InterruptFrame pushed = null;
        long pc = 0;
        for (X86Exception candidate : candidates) {
            Optional<InterruptFrame> read = frame(cpu, candidate.vector(), wordBytes);
            if (read.isEmpty()) {
                continue;
            }
            InterruptFrame frame = read.get();
            long from = pc(cpu, frame);
            if (!isInterruptInstruction(cpu, candidate, frame, from)) {
                kinds.add(candidate);
                pushed = pushed == null ? frame : pushed;
                pc = from;
            }
        }
        return pushed == null
                ? null
                : new RaisedException(
                        List.copyOf(kinds),
                        pushed,
                        pc,
                        cpl(cpu, pushed),
                        cpu.sregs().cr2(),
                        cpu.pc());
    }

    static Optional<InterruptFrame> frame(Cpu cpu, int vector, int wordBytes) {
        return InterruptFrame.read(
                vector, cpu.mode(), wordBytes, cpu.privilegeLevel(), cpu.stackPointer(), cpu.memory()::number);
    }

    static long pc(Cpu cpu, InterruptFrame frame) {
        CodeSegment segment = CodeSegments.of(cpu, frame);
        return segment.plus(segment.base(), frame.rip());
    }

    /** Whether INT n has led here rather than what the vector stands for: it stands in front, and pushes no error code. */
    private static boolean isInterruptInstruction(Cpu cpu, X86Exception kind, InterruptFrame frame, long pc) {
        boolean codeExpected = kind.hasErrorCode() && cpu.mode() != CpuMode.REAL;
        if (codeExpected) {
            return frame.errorCode().isEmpty();
        }
        long interrupt = INT_N | (long) kind.vector() << Byte.SIZE;
        return cpu.memory().number(pc - 2, Short.BYTES).orElse(0) == interrupt;
    }

    private static int cpl(Cpu cpu, InterruptFrame frame) {
        if (cpu.mode() == CpuMode.REAL) {
            return 0;
        }
        return (frame.rflags() & RFLAGS_VM) != 0 ? 3 : frame.cs() & 3;
    }
}
