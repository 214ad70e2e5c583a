package dev.kvmdap.engine;

import dev.kvmdap.device.PortBus;
import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Instruction;
import dev.kvmdap.x86.InstructionKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what one vCPU does on behalf of the {@link Catchpoints}. On the vCPU's thread; allocates only for what somebody
 * waits for.
 */
final class Scrutiny {

    private static final long NOWHERE = -1;
    private static final int MAGIC_OPCODE = 0x87;
    private static final int MAGIC_OPERANDS = 0xdb;
    private static final int OPERAND_SIZE = 0x66;

    private final Cpu cpu;
    private final Catchpoints catchpoints;
    private final PortBus ports;
    private final Instruction decoded = new Instruction();
    private final byte[] code = new byte[Instruction.MAX_BYTES];
    private final PortOperation operation = new PortOperation();
    private final List<Occurrence> seen = new ArrayList<>();

    private boolean stepped;
    private boolean portExpected;
    private CpuMode mode = CpuMode.REAL;
    private long pc = NOWHERE;
    private long codeBase;
    private int codeBits;

    Scrutiny(Cpu cpu, Catchpoints catchpoints, Machine machine) {
        this.cpu = cpu;
        this.catchpoints = catchpoints;
        this.ports = machine.ports();
    }

    /** An instruction will be stepped. */
    void before(Instruction instruction, long linear) {
        if (!catchpoints.isEmpty()) {
            stepped = true;
            remember(linear);
            portExpected = instruction.accessesPort();
            if (portExpected) {
                operation.before(cpu, instruction, linear);
            }
        }
    }

    /** The instruction has not been executed after all. */
    void notExecuted() {
        portExpected = false;
    }

    private void remember(long linear) {
        pc = linear;
        mode = cpu.mode();
        codeBits = cpu.codeBits();
        codeBase = mode == CpuMode.LONG ? 0 : cpu.sregs().cs().base();
    }

    /**
     * The guest accesses a port in user space.
     *
     * @param value for an IN what it will read, extended in any way
     */
    void port(int port, int size, boolean write, int value) {
        portExpected = false;
        if (!catchpoints.isEmpty() && catchpoints.waitForPort(port, size, write)) {
            see(access(port, size, write, value, ports.owner(port)));
        }
    }

    private static Occurrence access(int port, int size, boolean write, long value, String device) {
        return new Occurrence.PortAccess(port, size, write, PortOperation.low(value, size), device);
    }

    /** The guest accesses a physical address at which there is nothing. */
    void nothingThere(long physical, int size, boolean write, long value) {
        if (!catchpoints.isEmpty() && catchpoints.waitFor(Trigger.NothingThere.class)) {
            see(new Occurrence.NothingThere(new GuestPhysical(physical), size, write, PortOperation.low(value, size)));
        }
    }

    private void see(Occurrence what) {
        if (pc == NOWHERE) {
            remember(cpu.pc());
        }
        seen.add(what);
    }

    /** Whether the guest has done something that somebody waits for; it must not go on until {@link #conclude}. */
    boolean hasSeen() {
        return !seen.isEmpty();
    }

    /** Behind the instruction, or where the guest was left: the stop that what it did leads to. */
    @Nullable Stop conclude() {
        if (pc == NOWHERE) {
            return null;
        }
        if (stepped) {
            lookBack();
        }
        Stop stop = null;
        if (!seen.isEmpty()) {
            Optional<ExecutedInstruction> instruction = instruction();
            for (int i = 0; stop == null && i < seen.size(); i++) {
                stop = catchpoints.hit(cpu, seen.get(i), instruction);
            }
        }
        seen.clear();
        stepped = false;
        pc = NOWHERE;
        return stop;
    }

    private void lookBack() {
        CpuMode now = cpu.mode();
        if (now != mode && catchpoints.waitFor(Trigger.ModeSwitch.class)) {
            seen.add(new Occurrence.ModeSwitch(mode, now));
        }
        int port = operation.port();
        if (portExpected && catchpoints.waitForPort(port, operation.size(), operation.write())) {
            operation.values(
                    cpu,
                    value -> seen.add(
                            access(port, operation.size(), operation.write(), value, catchpoints.kernelDevice(port))));
        }
    }

    /** What did it. In a free run KVM has exited at the instruction or already behind it. */
    private Optional<ExecutedInstruction> instruction() {
        CodeSegment segment = new CodeSegment(codeBase, codeBits);
        long address = stepped || cpu.pc() != pc || isAtRepeatedPort(pc) ? pc : portInstructionBefore(pc);
        return address == NOWHERE
                ? Optional.empty()
                : Optional.of(new ExecutedInstruction(new GuestVirtual(address), segment));
    }

    private boolean isAtRepeatedPort(long linear) {
        return decode(linear) == InstructionKind.REP_STRING && decoded.accessesPort();
    }

    /** The shortest instruction on the port that ends at an address, with a REP in front of it. */
    private long portInstructionBefore(long end) {
        if (!(seen.get(0) instanceof Occurrence.PortAccess access)) {
            return NOWHERE;
        }
        for (int length = 1; length <= Instruction.MAX_BYTES; length++) {
            long start = end - length;
            decode(start);
            if (decoded.accessesPort() && decoded.length() == length && fits(access)) {
                boolean repeated = decoded.isStringOnPort() && decode(start - 1) == InstructionKind.REP_STRING;
                return repeated && decoded.length() == length + 1 ? start - 1 : start;
            }
        }
        return NOWHERE;
    }

    private boolean fits(Occurrence.PortAccess access) {
        int port = decoded.immediatePort() < 0 ? (int) cpu.regs().rdx() & 0xffff : decoded.immediatePort();
        return port == access.port() && decoded.writesPort() == access.write() && decoded.portBytes() == access.size();
    }

    private InstructionKind decode(long linear) {
        int available = cpu.memory().read(linear, code, 0, code.length);
        return decoded.decode(code, available, cpu.codeBits());
    }

    /** The stop of a vCPU that has come to a magic break, where these are looked for at each instruction; else null. */
    @Nullable Stop atMagicBreak() {
        if (catchpoints.isEmpty() || !catchpoints.waitFor(Trigger.MagicBreak.class) || !isMagicBreak(cpu.pc())) {
            return null;
        }
        return catchpoints.hit(cpu, new Occurrence.MagicBreak(), Optional.empty());
    }

    /** XCHG BX, BX with 16-bit operands, as Bochs has it. */
    private boolean isMagicBreak(long linear) {
        int prefix = cpu.codeBits() == 16 ? 0 : 1;
        int length = prefix + 2;
        return cpu.memory().read(linear, code, 0, length) == length
                && (prefix == 0 || (code[0] & 0xff) == OPERAND_SIZE)
                && (code[prefix] & 0xff) == MAGIC_OPCODE
                && (code[prefix + 1] & 0xff) == MAGIC_OPERANDS;
    }
}
