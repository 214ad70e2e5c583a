package dev.kvmdap.engine;

import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.Instruction;
import java.util.function.LongConsumer;

/**
 * An IN, OUT, INS or OUTS that is stepped: what it accesses, for ports at which KVM makes no exit. Reused for each
 * instruction; on the vCPU's thread.
 */
final class PortOperation {

    private static final long RFLAGS_DF = 1 << 10;

    private int port;
    private int size;
    private boolean write;
    private boolean string;
    private boolean repeated;
    private boolean downwards;
    private long mask;
    private long count;
    private long accumulator;
    private long data;
    private long start;
    private long end;

    /** Looks at an instruction that {@link Instruction#accessesPort}, before it is executed. */
    void before(Cpu cpu, Instruction instruction, long pc) {
        port = instruction.immediatePort() < 0 ? (int) cpu.regs().rdx() & 0xffff : instruction.immediatePort();
        size = instruction.portBytes();
        write = instruction.writesPort();
        string = instruction.isStringOnPort();
        repeated = string && instruction.isRepeated();
        int bits = instruction.addressBits();
        mask = bits == Long.SIZE ? -1 : (1L << bits) - 1;
        count = cpu.regs().rcx() & mask;
        downwards = (cpu.regs().rflags() & RFLAGS_DF) != 0;
        accumulator = cpu.regs().rax();
        data = string ? data(cpu, instruction.segmentPrefix()) : 0;
        start = pc;
        end = pc + instruction.length();
    }

    /** The linear address of the first element: DS:SI, where a prefix may choose another segment, or ES:DI. */
    private long data(Cpu cpu, int prefix) {
        Sregs sregs = cpu.sregs();
        Segment segment = !write
                ? sregs.es()
                : switch (prefix) {
                    case 0x26 -> sregs.es();
                    case 0x2e -> sregs.cs();
                    case 0x36 -> sregs.ss();
                    case 0x64 -> sregs.fs();
                    case 0x65 -> sregs.gs();
                    default -> sregs.ds();
                };
        boolean based = cpu.mode() != CpuMode.LONG || (write && (prefix == 0x64 || prefix == 0x65));
        long offset = (write ? cpu.regs().rsi() : cpu.regs().rdi()) & mask;
        return (based ? segment.base() : 0) + offset;
    }

    int port() {
        return port;
    }

    int size() {
        return size;
    }

    boolean write() {
        return write;
    }

    /** After the step: hands over the value of each access that it has made; none where the instruction faulted. */
    void values(Cpu cpu, LongConsumer taken) {
        long pc = cpu.pc();
        if (pc != end && !(repeated && pc == start)) {
            return;
        }
        if (!string) {
            long bits = write ? accumulator : cpu.regs().rax();
            taken.accept(low(bits, size));
            return;
        }
        long done = repeated ? count - (cpu.regs().rcx() & mask) : 1;
        for (long i = 0; i < done; i++) {
            long at = data + (downwards ? -i : i) * size;
            taken.accept(cpu.memory().number(at, size).orElse(0));
        }
    }

    /** The low {@code size} bytes of a value, zero-extended. */
    static long low(long value, int size) {
        int unused = Byte.SIZE * (Long.BYTES - size);
        return value << unused >>> unused;
    }
}
