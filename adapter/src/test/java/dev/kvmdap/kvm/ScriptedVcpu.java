package dev.kvmdap.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The kernel's side of a vCPU of {@link ScriptedKernel}, and the script that plays its guest: one step for each KVM_RUN. */
public final class ScriptedVcpu {
    private static final int EXIT = Layouts.RUN.offset("exit");
    private static final int SYNCED = Layouts.RUN.offset("s");
    private static final int REGS = Layouts.SYNC_REGS.offset("regs");
    private static final int SREGS = Layouts.SYNC_REGS.offset("sregs");
    private static final int DATA_PAGE = 4096;
    private static final int BLOCKED = -Errno.EINTR.number();

    /** What the guest does between two exits: changes registers and memory, then answers by one of the exit methods. */
    @FunctionalInterface
    public interface Step {
        /** Plays the guest; answers what the exit method answered, or -errno. */
        int run(ScriptedVcpu guest);
    }

    private final ScriptedKernel kernel;
    private final int index;
    private final MappedMemory registers = MappedMemory.ofProcess(LibC.get(), MappedMemory.PAGE);
    private final ByteBuffer regs = registers(REGS, Layouts.REGS);
    private final ByteBuffer sregs = registers(SREGS, Layouts.SREGS);
    private final ByteBuffer guestDebug = state(Layouts.GUEST_DEBUG.size());
    private final Map<Ioctl, ByteBuffer> others = new EnumMap<>(Ioctl.class);
    private final Deque<Step> script = new ArrayDeque<>();
    private @Nullable Step fallback;
    private @Nullable Runnable completion;
    private @Nullable ByteBuffer run;

    ScriptedVcpu(ScriptedKernel kernel, int index) {
        this.kernel = kernel;
        this.index = index;
        regs().rflags(2);
        regs().rip(0xfff0);
        sregs().cs().selector(0xf000);
        sregs().cs().base(0xffff0000L);
    }

    private ByteBuffer registers(int start, Layout layout) {
        return ScriptedKernel.at(registers.address() + start, layout.size());
    }

    private static ByteBuffer state(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Appends the guest's part of the next KVM_RUN that the script does not hold yet. */
    public ScriptedVcpu then(Step step) {
        script.add(step);
        return this;
    }

    /** Plays this whenever the script has no step left. */
    public ScriptedVcpu otherwise(Step step) {
        fallback = step;
        return this;
    }

    /** How many steps of the script were not played. */
    public int stepsLeft() {
        return script.size();
    }

    /** The vCPU's registers as the kernel holds them. */
    public Regs regs() {
        return new Regs(registers, REGS);
    }

    /** The vCPU's system registers as the kernel holds them. */
    public Sregs sregs() {
        return new Sregs(registers, SREGS);
    }

    /** The control word of the last KVM_SET_GUEST_DEBUG. */
    public int guestDebugControl() {
        return guestDebug.getInt(Layouts.GUEST_DEBUG.offset("control"));
    }

    /** DR0 to DR7 of the last KVM_SET_GUEST_DEBUG. */
    public long guestDebugRegister(int number) {
        return guestDebug.getLong(Layouts.GUEST_DEBUG.offset("arch.debugreg") + Long.BYTES * number);
    }

    /** Whether the debugger asked for a single step. */
    public boolean isSingleStepping() {
        return (guestDebugControl() & Abi.GUESTDBG_SINGLESTEP) != 0;
    }

    /** One of the guest's own debug registers: 0 to 3, 6 or 7. */
    public long ownDebugRegister(int number) {
        ByteBuffer own = other(Ioctl.KVM_SET_DEBUGREGS, Layouts.DEBUGREGS);
        return own.getLong(
                switch (number) {
                    case 6 -> Layouts.DEBUGREGS.offset("dr6");
                    case 7 -> Layouts.DEBUGREGS.offset("dr7");
                    default -> Long.BYTES * number;
                });
    }

    /** The guest sets its debug registers. */
    public ScriptedVcpu ownDebugRegisters(long dr0, long dr1, long dr2, long dr3, long dr6, long dr7) {
        ByteBuffer own = other(Ioctl.KVM_SET_DEBUGREGS, Layouts.DEBUGREGS);
        own.putLong(0, dr0).putLong(8, dr1).putLong(16, dr2).putLong(24, dr3);
        own.putLong(Layouts.DEBUGREGS.offset("dr6"), dr6).putLong(Layouts.DEBUGREGS.offset("dr7"), dr7);
        return this;
    }

    /** An exception is on its way into the guest; -1 for none. */
    public void pendException(int vector) {
        ByteBuffer events = other(Ioctl.KVM_SET_VCPU_EVENTS, Layouts.VCPU_EVENTS);
        events.put(Layouts.VCPU_EVENTS.offset("exception.injected"), (byte) (vector < 0 ? 0 : 1));
        events.put(Layouts.VCPU_EVENTS.offset("exception.nr"), (byte) vector);
    }

    /** The exception on its way into the guest; -1 for none. */
    public int pendingException() {
        ByteBuffer events = other(Ioctl.KVM_SET_VCPU_EVENTS, Layouts.VCPU_EVENTS);
        boolean injected = events.get(Layouts.VCPU_EVENTS.offset("exception.injected")) != 0;
        return injected ? events.get(Layouts.VCPU_EVENTS.offset("exception.nr")) : -1;
    }

    /** The software interrupt on its way into the guest; -1 for none. */
    public int injectedInterrupt() {
        ByteBuffer events = other(Ioctl.KVM_SET_VCPU_EVENTS, Layouts.VCPU_EVENTS);
        boolean injected = events.get(Layouts.VCPU_EVENTS.offset("interrupt.injected")) != 0
                && events.get(Layouts.VCPU_EVENTS.offset("interrupt.soft")) != 0;
        return injected ? Byte.toUnsignedInt(events.get(Layouts.VCPU_EVENTS.offset("interrupt.nr"))) : -1;
    }

    /** The kernel whose guest this is, for its memory. */
    public ScriptedKernel kernel() {
        return kernel;
    }

    /** Exits for a debug event. */
    public int debug(int vector, long pc, long dr6) {
        put32(Layouts.EXIT_DEBUG, "exception", vector);
        put64(Layouts.EXIT_DEBUG, "pc", pc);
        put64(Layouts.EXIT_DEBUG, "dr6", dr6);
        return exit(Abi.EXIT_DEBUG);
    }

    /** Moves RIP and exits for the single step that led there; with a flat CS. */
    public int stepTo(long rip) {
        regs().rip(rip);
        return debug(1, sregs().cs().base() + rip, 0xffff4ff0L);
    }

    /** Exits for a port write. */
    public int out(int port, int size, int... values) {
        io(1, port, size, values.length);
        ByteBuffer shared = shared();
        for (int i = 0; i < values.length; i++) {
            switch (size) {
                case 1 -> shared.put(DATA_PAGE + i, (byte) values[i]);
                case 2 -> shared.putShort(DATA_PAGE + 2 * i, (short) values[i]);
                default -> shared.putInt(DATA_PAGE + 4 * i, values[i]);
            }
        }
        return exit(Abi.EXIT_IO);
    }

    /** Exits for a port read; the guest takes the value when it is run again. */
    public int in(int port, int size, IntConsumer taken) {
        io(0, port, size, 1);
        completion = () -> taken.accept(
                switch (size) {
                    case 1 -> Byte.toUnsignedInt(shared().get(DATA_PAGE));
                    case 2 -> Short.toUnsignedInt(shared().getShort(DATA_PAGE));
                    default -> shared().getInt(DATA_PAGE);
                });
        return exit(Abi.EXIT_IO);
    }

    private void io(int direction, int port, int size, int count) {
        put8(Layouts.EXIT_IO, "direction", direction);
        put8(Layouts.EXIT_IO, "size", size);
        shared().putShort(EXIT + Layouts.EXIT_IO.offset("port"), (short) port);
        put32(Layouts.EXIT_IO, "count", count);
        put64(Layouts.EXIT_IO, "data_offset", DATA_PAGE);
    }

    /** Exits for a write to an address without memory. */
    public int mmioWrite(long guestPhysical, int length, long data) {
        mmio(guestPhysical, length, 1);
        put64(Layouts.EXIT_MMIO, "data", data);
        return exit(Abi.EXIT_MMIO);
    }

    /** Exits for a read of an address without memory; the guest takes the value when it is run again. */
    public int mmioRead(long guestPhysical, int length, LongConsumer taken) {
        mmio(guestPhysical, length, 0);
        completion = () -> taken.accept(shared().getLong(EXIT + Layouts.EXIT_MMIO.offset("data")));
        return exit(Abi.EXIT_MMIO);
    }

    private void mmio(long guestPhysical, int length, int isWrite) {
        put64(Layouts.EXIT_MMIO, "phys_addr", guestPhysical);
        put32(Layouts.EXIT_MMIO, "len", length);
        put8(Layouts.EXIT_MMIO, "is_write", isWrite);
    }

    /** Runs this when the guest is run again, before anything else: the end of a port or memory access. */
    public ScriptedVcpu whenCompleted(Runnable end) {
        completion = end;
        return this;
    }

    /** Exits because KVM cannot emulate the instruction at RIP. */
    public int emulationError(int... instruction) {
        put32(Layouts.EXIT_INTERNAL, "suberror", Abi.INTERNAL_ERROR_EMULATION);
        put32(Layouts.EXIT_INTERNAL, "ndata", 4);
        put64(Layouts.EXIT_EMULATION_FAILURE, "flags", 1);
        put8(Layouts.EXIT_EMULATION_FAILURE, "insn_size", instruction.length);
        for (int i = 0; i < instruction.length; i++) {
            shared().put(EXIT + Layouts.EXIT_EMULATION_FAILURE.offset("insn_bytes") + i, (byte) instruction[i]);
        }
        return exit(Abi.EXIT_INTERNAL_ERROR);
    }

    /** Exits for HLT. */
    public int halt() {
        return exit(Abi.EXIT_HLT);
    }

    /** Exits for a triple fault. */
    public int shutdown() {
        return exit(Abi.EXIT_SHUTDOWN);
    }

    /** Exits for any other reason. */
    public int exit(int reason) {
        shared().putInt(Layouts.RUN.offset("exit_reason"), reason);
        return 0;
    }

    /** Runs in a loop until {@link RunInterrupter#interrupt}. */
    public int runUntilInterrupted() {
        kernel.awaitSignal();
        return BLOCKED;
    }

    /** Takes its time for what it does; an interruption ends it before. */
    int slowly(long millis, Step step) {
        return kernel.signalComesWithin(millis) ? BLOCKED : step.run(this);
    }

    /** The kvm_run page, for exits that have no method here; the union begins at 32. */
    public ByteBuffer shared() {
        if (run == null) {
            throw new IllegalStateException("vCPU " + index + " is not created yet");
        }
        return run;
    }

    void share(ByteBuffer memory) {
        run = memory;
    }

    int ioctl(Ioctl ioctl, long argument) {
        return switch (ioctl) {
            case KVM_RUN -> run();
            case KVM_GET_REGS -> give(regs, argument);
            case KVM_SET_REGS -> take(regs, argument);
            case KVM_GET_SREGS -> give(sregs, argument);
            case KVM_SET_SREGS -> take(sregs, argument);
            case KVM_SET_GUEST_DEBUG -> take(guestDebug, argument);
            case KVM_GET_VCPU_EVENTS -> give(other(Ioctl.KVM_SET_VCPU_EVENTS, Layouts.VCPU_EVENTS), argument);
            case KVM_SET_VCPU_EVENTS -> take(other(ioctl, Layouts.VCPU_EVENTS), argument);
            case KVM_GET_DEBUGREGS -> give(other(Ioctl.KVM_SET_DEBUGREGS, Layouts.DEBUGREGS), argument);
            case KVM_SET_DEBUGREGS -> take(other(ioctl, Layouts.DEBUGREGS), argument);
            case KVM_GET_MP_STATE -> give(other(Ioctl.KVM_SET_MP_STATE, Layouts.MP_STATE), argument);
            case KVM_SET_MP_STATE -> take(other(ioctl, Layouts.MP_STATE), argument);
            case KVM_GET_XSAVE -> give(other(Ioctl.KVM_SET_XSAVE, Layouts.XSAVE), argument);
            case KVM_SET_XSAVE -> take(other(ioctl, Layouts.XSAVE), argument);
            case KVM_GET_FPU -> give(other(Ioctl.KVM_SET_FPU, Layouts.FPU), argument);
            case KVM_SET_FPU -> take(other(ioctl, Layouts.FPU), argument);
            case KVM_GET_MSRS, KVM_SET_MSRS -> 0;
            case KVM_SET_SIGNAL_MASK, KVM_SET_CPUID2, KVM_NMI, KVM_INTERRUPT -> 0;
            default -> -Errno.ENOTTY.number();
        };
    }

    private int run() {
        takeDirtyRegisters();
        Runnable end = completion;
        completion = null;
        if (end != null) {
            end.run();
        }
        int answer = enterGuest();
        syncRegisters();
        return answer;
    }

    private int enterGuest() {
        boolean immediateExit = shared().get(Layouts.RUN.offset("immediate_exit")) != 0;
        if (immediateExit || kernel.signalIsPending()) {
            return BLOCKED;
        }
        Step step = script.isEmpty() ? fallback : script.remove();
        if (step == null) {
            throw new AssertionError("vCPU " + index + " was run, but its script has no step left");
        }
        return step.run(this);
    }

    private void takeDirtyRegisters() {
        int dirty = Layouts.RUN.offset("kvm_dirty_regs");
        if ((shared().getLong(dirty) & Abi.SYNC_REGS) != 0) {
            regs.put(0, shared(), SYNCED, regs.capacity());
        }
        if ((shared().getLong(dirty) & Abi.SYNC_SREGS) != 0) {
            sregs.put(0, shared(), SYNCED + Layouts.SYNC_REGS.offset("sregs"), sregs.capacity());
        }
        shared().putLong(dirty, 0);
    }

    private void syncRegisters() {
        long valid = shared().getLong(Layouts.RUN.offset("kvm_valid_regs"));
        if ((valid & Abi.SYNC_REGS) != 0) {
            shared().put(SYNCED, regs, 0, regs.capacity());
        }
        if ((valid & Abi.SYNC_SREGS) != 0) {
            shared().put(SYNCED + Layouts.SYNC_REGS.offset("sregs"), sregs, 0, sregs.capacity());
        }
    }

    private ByteBuffer other(Ioctl key, Layout layout) {
        return others.computeIfAbsent(key, unused -> state(layout.size()));
    }

    private static int give(ByteBuffer state, long argument) {
        ScriptedKernel.at(argument, state.capacity()).put(0, state, 0, state.capacity());
        return 0;
    }

    private static int take(ByteBuffer state, long argument) {
        state.put(0, ScriptedKernel.at(argument, state.capacity()), 0, state.capacity());
        return 0;
    }

    private void put8(Layout arm, String field, int value) {
        shared().put(EXIT + arm.offset(field), (byte) value);
    }

    private void put32(Layout arm, String field, int value) {
        shared().putInt(EXIT + arm.offset(field), value);
    }

    private void put64(Layout arm, String field, long value) {
        shared().putLong(EXIT + arm.offset(field), value);
    }
}
