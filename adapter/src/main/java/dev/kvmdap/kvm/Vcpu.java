package dev.kvmdap.kvm;

import java.nio.ByteBuffer;

/**
 * A virtual processor: runs the guest, and tells why it stopped (api.txt 2, "vcpu ioctls"; 5, "The kvm_run structure").
 * Owned by one thread, which makes every call on it; only {@link #interrupter} serves other threads too.
 */
public final class Vcpu implements AutoCloseable {
    private static final long RUN = Ioctl.KVM_RUN.request();
    private static final int EXIT_REASON = Layouts.RUN.offset("exit_reason");
    private static final int VALID_REGS = Layouts.RUN.offset("kvm_valid_regs");
    private static final int SYNC_AREA = Layouts.RUN.offset("s");
    private static final int EXIT = Layouts.RUN.offset("exit");
    private static final int DEBUG_EXCEPTION = EXIT + Layouts.EXIT_DEBUG.offset("exception");
    private static final int DEBUG_PC = EXIT + Layouts.EXIT_DEBUG.offset("pc");
    private static final int DEBUG_DR6 = EXIT + Layouts.EXIT_DEBUG.offset("dr6");
    private static final int IO_DIRECTION = EXIT + Layouts.EXIT_IO.offset("direction");
    private static final int IO_SIZE = EXIT + Layouts.EXIT_IO.offset("size");
    private static final int IO_PORT = EXIT + Layouts.EXIT_IO.offset("port");
    private static final int IO_COUNT = EXIT + Layouts.EXIT_IO.offset("count");
    private static final int IO_DATA_OFFSET = EXIT + Layouts.EXIT_IO.offset("data_offset");
    private static final int MMIO_ADDRESS = EXIT + Layouts.EXIT_MMIO.offset("phys_addr");
    private static final int MMIO_DATA = EXIT + Layouts.EXIT_MMIO.offset("data");
    private static final int MMIO_LENGTH = EXIT + Layouts.EXIT_MMIO.offset("len");
    private static final int MMIO_IS_WRITE = EXIT + Layouts.EXIT_MMIO.offset("is_write");

    private static final int REGS = Layouts.SYNC_REGS.offset("regs");
    private static final int SREGS = Layouts.SYNC_REGS.offset("sregs");
    private static final int GUEST_DEBUG_CONTROL = Layouts.GUEST_DEBUG.offset("control");
    private static final int GUEST_DEBUG_REGISTERS = Layouts.GUEST_DEBUG.offset("arch.debugreg");
    private static final long CR4_LA57 = 1 << 12;

    private final Descriptor descriptor;
    private final int index;
    private final MappedMemory run;
    private final RunInterrupter interrupter;

    private final boolean synchronises;
    private final MappedMemory registers;
    private final long registersStart;
    private final Regs regs;
    private final Sregs sregs;
    private final byte[] keptRegisters = new byte[SREGS + Layouts.SREGS.size()];
    private boolean regsLoaded;
    private boolean sregsLoaded;
    private int exitReason = Abi.EXIT_UNKNOWN;

    private final NativeStruct guestDebug = new NativeStruct(Layouts.GUEST_DEBUG);
    private final int guestDebugControls;
    private final VcpuState state;
    private final ExitDecoder exits;

    private Vcpu(Descriptor descriptor, int index, MappedMemory run, MappedMemory registers, VcpuFeatures features) {
        this.descriptor = descriptor;
        this.index = index;
        this.run = run;
        this.interrupter = new RunInterrupter(descriptor, run);
        state = new VcpuState(this, descriptor, features);
        exits = new ExitDecoder(this, run);
        guestDebugControls = features.guestDebugControls();
        synchronises = features.synchronisesRegisters();
        run.putLong(VALID_REGS, synchronises ? Abi.SYNC_REGS | Abi.SYNC_SREGS : 0);
        this.registers = registers;
        registersStart = synchronises ? SYNC_AREA : 0;
        regs = new Regs(registers, registersStart + REGS);
        sregs = new Sregs(registers, registersStart + SREGS);
    }

    static Vcpu create(Descriptor descriptor, int index, VcpuFeatures features) {
        MappedMemory run = null;
        try {
            run = MappedMemory.ofVcpu(descriptor.calls(), descriptor.fd(), features.mmapSize());
            MappedMemory registers = features.synchronisesRegisters()
                    ? run
                    : MappedMemory.ofProcess(descriptor.calls(), MappedMemory.PAGE);
            return new Vcpu(descriptor, index, run, registers, features);
        } catch (RuntimeException e) {
            if (run != null) {
                run.close();
            }
            descriptor.close();
            throw e;
        }
    }

    /** The index that the vCPU was created with: also its APIC id. */
    public int index() {
        return index;
    }

    /** Ends this vCPU's runs from other threads. */
    public RunInterrupter interrupter() {
        return interrupter;
    }

    /**
     * Runs the guest until something needs attention.
     *
     * @return one of the {@code EXIT_} constants of {@link Abi}: the kernel's reason; {@link Abi#EXIT_INTR} for an interrupt or
     *     exit request of {@link #interrupter}, {@link Abi#EXIT_AGAIN} where the vCPU was waiting for its start-up and can now
     *     be run, {@link Abi#EXIT_FAULT} where the host's mapping does not allow what the guest wants
     * @throws KvmException where the kernel cannot run the guest at all
     */
    public int run() {
        int answer = descriptor.calls().ioctl(descriptor.fd(), RUN, 0);
        regsLoaded = synchronises;
        sregsLoaded = synchronises;
        exitReason = answer == 0 ? run.getInt(EXIT_REASON) : reasonOf(answer);
        return exitReason;
    }

    /**
     * Finishes the port or memory access of the last exit, without running the guest on: after it the registers are those
     * behind the instruction, and data for an input has arrived.
     *
     * @return {@link Abi#EXIT_INTR} where the access is finished; another reason where finishing it caused the next exit, such
     *     as the next part of a long access or the debug exit of a single step
     */
    public int complete() {
        interrupter.holdBack();
        try {
            return run();
        } finally {
            interrupter.letGo();
        }
    }

    private int reasonOf(int answer) {
        if (Errno.EINTR.is(answer)) {
            return Abi.EXIT_INTR;
        }
        if (Errno.EAGAIN.is(answer)) {
            return Abi.EXIT_AGAIN;
        }
        boolean mayBeMemory = Errno.EFAULT.is(answer) || Errno.EHWPOISON.is(answer);
        if (mayBeMemory && run.getInt(EXIT_REASON) == Abi.EXIT_MEMORY_FAULT) {
            return Abi.EXIT_MEMORY_FAULT;
        }
        if (Errno.EFAULT.is(answer)) {
            return Abi.EXIT_FAULT;
        }
        return descriptor.accepted(Ioctl.KVM_RUN, answer);
    }

    /** What the last {@link #run} or {@link #complete} answered. */
    public int exitReason() {
        return exitReason;
    }

    /** The same with all that KVM tells about it, as a value that outlives the next run. Allocates. */
    public Exit exit() {
        return exits.decode(exitReason);
    }

    /** After {@link Abi#EXIT_DEBUG}: the linear address of the next instruction, or of the INT3 that was hit. */
    public long debugPc() {
        return run.getLong(DEBUG_PC);
    }

    /** After {@link Abi#EXIT_DEBUG}: DR6 of the event (SDM vol. 3, 18.2.3). */
    public long debugDr6() {
        return run.getLong(DEBUG_DR6);
    }

    /** After {@link Abi#EXIT_DEBUG}: the vector, 1 for #DB or 3 for #BP. */
    public int debugException() {
        return run.getInt(DEBUG_EXCEPTION);
    }

    /** After {@link Abi#EXIT_IO}: the port, 0 to 0xffff. */
    public int ioPort() {
        return Short.toUnsignedInt(run.getShort(IO_PORT));
    }

    /** After {@link Abi#EXIT_IO}: bytes in each access: 1, 2 or 4. */
    public int ioSize() {
        return run.getByte(IO_SIZE);
    }

    /** After {@link Abi#EXIT_IO}: number of accesses; more than one for string instructions only. */
    public int ioCount() {
        return run.getInt(IO_COUNT);
    }

    /** After {@link Abi#EXIT_IO}: the guest writes to the port. */
    public boolean ioIsOut() {
        return run.getByte(IO_DIRECTION) != 0;
    }

    /** After {@link Abi#EXIT_IO}: the value of access {@code i}, zero-extended from {@link #ioSize} bytes. */
    public int ioData(int i) {
        int at = ioDataAt(i);
        return switch (ioSize()) {
            case 1 -> Byte.toUnsignedInt(run.getByte(at));
            case 2 -> Short.toUnsignedInt(run.getShort(at));
            default -> run.getInt(at);
        };
    }

    /** After {@link Abi#EXIT_IO} for an input: the value that the guest reads in access {@code i}. */
    public void setIoData(int i, int value) {
        int at = ioDataAt(i);
        switch (ioSize()) {
            case 1 -> run.putByte(at, (byte) value);
            case 2 -> run.putShort(at, (short) value);
            default -> run.putInt(at, value);
        }
    }

    private int ioDataAt(int i) {
        return (int) run.getLong(IO_DATA_OFFSET) + i * ioSize();
    }

    /** After {@link Abi#EXIT_MMIO}: the guest-physical address. */
    public long mmioAddress() {
        return run.getLong(MMIO_ADDRESS);
    }

    /** After {@link Abi#EXIT_MMIO}: bytes accessed, 1 to 8. */
    public int mmioLength() {
        return run.getInt(MMIO_LENGTH);
    }

    /** After {@link Abi#EXIT_MMIO}: the guest writes. */
    public boolean mmioIsWrite() {
        return run.getByte(MMIO_IS_WRITE) != 0;
    }

    /** After {@link Abi#EXIT_MMIO} for a write: the value, zero-extended from {@link #mmioLength} bytes. */
    public long mmioData() {
        int unused = Byte.SIZE * (Long.BYTES - mmioLength());
        return run.getLong(MMIO_DATA) << unused >>> unused;
    }

    /** After {@link Abi#EXIT_MMIO} for a read: the value that the guest reads. */
    public void setMmioData(long value) {
        run.putLong(MMIO_DATA, value);
    }

    /** The general registers as they are now; the view stays the same object for ever. */
    public Regs regs() {
        if (!regsLoaded) {
            descriptor.call(Ioctl.KVM_GET_REGS, address(REGS));
            regsLoaded = true;
        }
        return regs;
    }

    /** Sets all general registers to what {@link #regs} holds, at once. Set guest debugging after it, not before. */
    public void storeRegs() {
        regs();
        descriptor.call(Ioctl.KVM_SET_REGS, address(REGS));
    }

    /** Segment, control and descriptor-table registers as they are now; the view stays the same object for ever. */
    public Sregs sregs() {
        if (!sregsLoaded) {
            descriptor.call(Ioctl.KVM_GET_SREGS, address(SREGS));
            sregsLoaded = true;
        }
        return sregs;
    }

    /** Sets them all to what {@link #sregs} holds, at once. */
    public void storeSregs() {
        sregs();
        descriptor.call(Ioctl.KVM_SET_SREGS, address(SREGS));
    }

    /** Remembers the registers as they are now, for {@link #recallRegisters}. Allocates nothing. */
    public void keepRegisters() {
        regs();
        sregs();
        registers.read(registersStart, keptRegisters, 0, keptRegisters.length);
    }

    /** Sets the registers to those of the last {@link #keepRegisters}. */
    public void recallRegisters() {
        registers.write(registersStart, keptRegisters, 0, keptRegisters.length);
        regsLoaded = true;
        sregsLoaded = true;
        storeSregs();
        storeRegs();
    }

    private long address(int struct) {
        return registers.address() + registersStart + struct;
    }

    /** Whether the register views are filled by KVM_RUN itself. */
    boolean synchronisesRegisters() {
        return synchronises;
    }

    /** The control bits that KVM_SET_GUEST_DEBUG announces here: a union of the {@code GUESTDBG_} bits of {@link Abi}. */
    public int guestDebugControls() {
        return guestDebugControls;
    }

    /** All other state. */
    public VcpuState state() {
        return state;
    }

    /** What changed behind the views' back is fetched again. */
    void forgetRegisters() {
        regsLoaded = false;
        sregsLoaded = false;
    }

    /** Sets what of the guest's execution exits to user space; also before each step, after {@link #storeRegs}. */
    public void setGuestDebug(GuestDebug debug) {
        setGuestDebug(debug.control(), debug.debugRegisters());
    }

    /**
     * The same without allocation, for the run loop.
     *
     * @param control union of the {@code GUESTDBG_} bits of {@link Abi}
     * @param debugRegisters DR0 to DR7, in force with {@link Abi#GUESTDBG_USE_HW_BP} only
     */
    public void setGuestDebug(int control, long[] debugRegisters) {
        GuestDebug.requireControl(control, guestDebugControls);
        if ((control & Abi.GUESTDBG_USE_HW_BP) != 0) {
            GuestDebug.requireSlots(debugRegisters, linearBits(debugRegisters));
        }
        ByteBuffer argument = guestDebug.bytes();
        argument.putInt(GUEST_DEBUG_CONTROL, control);
        for (int i = 0; i < GuestDebug.DEBUG_REGISTERS; i++) {
            argument.putLong(GUEST_DEBUG_REGISTERS + Long.BYTES * i, debugRegisters[i]);
        }
        descriptor.call(Ioctl.KVM_SET_GUEST_DEBUG, guestDebug.address());
    }

    private int linearBits(long[] debugRegisters) {
        boolean fiveLevels = GuestDebug.needsFiveLevelPaging(debugRegisters) && (sregs().cr4() & CR4_LA57) != 0;
        return fiveLevels ? 57 : 48;
    }

    @Override
    public void close() {
        interrupter.close();
        registers.close();
        run.close();
        descriptor.close();
    }
}
