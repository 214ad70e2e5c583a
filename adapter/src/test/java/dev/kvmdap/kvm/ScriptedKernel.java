package dev.kvmdap.kvm;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A kernel that has KVM as a test wants it: the real {@link Kvm}, {@link Vm} and {@link Vcpu} run on it and never notice. Maps
 * real memory, keeps each vCPU's registers and guest debugging, and lets a script play the guest:
 *
 * <pre>{@code
 * ScriptedKernel kernel = new ScriptedKernel();
 * kernel.vcpu(0).then(guest -> guest.debug(1, 0x1001, 0xffff4ff0));
 * try (Kvm kvm = kernel.open()) { … }
 * }</pre>
 */
public final class ScriptedKernel implements SystemCalls {
    /** What the scripted host has for a device. */
    public static final String DEVICE = "/dev/scripted-kvm";

    private static final int MMAP_SIZE = 12288;
    private static final int FIRST_FD = 1 << 24;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int KVM_FD = -1;
    private static final int VM_FD = -2;
    private static final int MEMORY_FD = -3;

    /** Answers one ioctl: a result or -errno. */
    interface Handler {
        int answer(long argument);
    }

    private record Slot(int number, int flags, long guestPhysical, long size, long hostAddress) {
        boolean holds(long address) {
            return address - guestPhysical >= 0 && address - guestPhysical < size;
        }
    }

    private final SystemCalls real = LibC.get();
    private final Map<Integer, Integer> descriptors = new HashMap<>();
    private final Map<Long, Long> mappings = new HashMap<>();
    private final Map<Integer, ScriptedVcpu> vcpus = new HashMap<>();
    private final Map<Integer, Slot> slots = new TreeMap<>();
    private final Map<Capability, Integer> capabilities = new EnumMap<>(Capability.class);
    private final Map<Ioctl, Handler> handlers = new EnumMap<>(Ioctl.class);
    private final Map<Ioctl, Deque<Integer>> refusals = new EnumMap<>(Ioctl.class);
    private final Map<Long, Ioctl> ioctls = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Set<Long> pendingSignals = new HashSet<>();
    private final Object signals = new Object();
    private int openErrno;
    private int apiVersion = Abi.API_VERSION;
    private int nextFd = FIRST_FD;

    /** A host with KVM_CAP_SYNC_REGS, every guest-debug bit and one vCPU's worth of everything. */
    public ScriptedKernel() {
        for (Ioctl ioctl : Ioctl.values()) {
            ioctls.put(ioctl.request(), ioctl);
        }
        capability(Capability.SYNC_REGS, 7);
        capability(Capability.SET_GUEST_DEBUG, 1);
        capability(Capability.SET_GUEST_DEBUG2, GuestDebug.CLASSIC_CONTROLS | Abi.GUESTDBG_BLOCKIRQ);
        capability(Capability.IMMEDIATE_EXIT, 1);
        capability(Capability.EXT_EMUL_CPUID, 1);
        capability(Capability.EXCEPTION_PAYLOAD, 1);
    }

    /** Opens this kernel's KVM. */
    public Kvm open() {
        return Kvm.open(this, DEVICE);
    }

    /** The script and the state of a vCPU, also before it is created. */
    public ScriptedVcpu vcpu(int index) {
        return vcpus.computeIfAbsent(index, i -> new ScriptedVcpu(this, i));
    }

    /** Gives or (0) withholds a capability. */
    public ScriptedKernel capability(Capability capability, int value) {
        capabilities.put(capability, value);
        return this;
    }

    /** Lets open fail. */
    public ScriptedKernel refuseOpen(int errno) {
        openErrno = errno;
        return this;
    }

    /** Lets KVM_GET_API_VERSION answer this. */
    public ScriptedKernel apiVersion(int version) {
        apiVersion = version;
        return this;
    }

    /**
     * Lets the next call of an ioctl fail; several refusals follow one another.
     *
     * @param ioctl its kernel name, such as {@code KVM_CREATE_VM}
     */
    public ScriptedKernel refuse(String ioctl, int errno) {
        refusals.computeIfAbsent(Ioctl.valueOf(ioctl), name -> new ArrayDeque<>())
                .add(errno);
        return this;
    }

    ScriptedKernel on(Ioctl ioctl, Handler handler) {
        handlers.put(ioctl, handler);
        return this;
    }

    /** The names of the ioctls so far, in order, without KVM_CHECK_EXTENSION. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** Forgets the calls so far. */
    public void forgetCalls() {
        calls.clear();
    }

    /** How many file descriptors and mappings the code under test has not given back. */
    public int leaks() {
        return descriptors.size() + mappings.size();
    }

    /** Guest-physical memory as the VM's slots lay it out. */
    public int read(long guestPhysical, int bytes) {
        int value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << Byte.SIZE
                    | Byte.toUnsignedInt(host(guestPhysical + i).get(0));
        }
        return value;
    }

    /** Writes guest-physical memory as the guest would. */
    public void write(long guestPhysical, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            host(guestPhysical + i).put(0, (byte) bytes[i]);
        }
    }

    private ByteBuffer host(long guestPhysical) {
        for (Slot slot : slots.values()) {
            if (slot.holds(guestPhysical)) {
                return at(slot.hostAddress() + guestPhysical - slot.guestPhysical(), 1);
            }
        }
        throw new AssertionError("no memory slot holds guest-physical address 0x" + Long.toHexString(guestPhysical));
    }

    static ByteBuffer at(long address, int size) {
        return new Pointer(address).getByteBuffer(0, size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The part of a kvm_run page that tells more about an exit. */
    static ByteBuffer union(ByteBuffer run) {
        return run.slice(Layouts.RUN.offset("exit"), 256).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public int open(String path, int flags) {
        return openErrno != 0 ? -openErrno : descriptor(KVM_FD);
    }

    private int descriptor(int kind) {
        int fd = nextFd++;
        descriptors.put(fd, kind);
        return fd;
    }

    @Override
    public int close(int fd) {
        if (descriptors.remove(fd) == null) {
            return -Errno.EBADF.number();
        }
        return fd >= FIRST_FD ? 0 : real.close(fd);
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        Integer kind = descriptors.get(fd);
        if (kind == null) {
            return -Errno.EBADF.number();
        }
        Ioctl ioctl = Objects.requireNonNull(ioctls.get(request), () -> "no ioctl 0x" + Long.toHexString(request));
        if (ioctl != Ioctl.KVM_CHECK_EXTENSION) {
            calls.add(ioctl.name());
        }
        Deque<Integer> refused = refusals.get(ioctl);
        if (refused != null && !refused.isEmpty()) {
            return -refused.remove();
        }
        Handler handler = handlers.get(ioctl);
        if (handler != null) {
            return handler.answer(argument);
        }
        return switch (kind) {
            case KVM_FD -> systemIoctl(ioctl, argument);
            case VM_FD -> vmIoctl(ioctl, argument);
            default -> vcpu(kind).ioctl(ioctl, argument);
        };
    }

    private int systemIoctl(Ioctl ioctl, long argument) {
        return switch (ioctl) {
            case KVM_GET_API_VERSION -> apiVersion;
            case KVM_CHECK_EXTENSION -> check((int) argument);
            case KVM_GET_VCPU_MMAP_SIZE -> MMAP_SIZE;
            case KVM_CREATE_VM -> descriptor(VM_FD);
            case KVM_GET_SUPPORTED_CPUID, KVM_GET_EMULATED_CPUID -> {
                at(argument, Integer.BYTES).putInt(0, 0);
                yield 0;
            }
            default -> -Errno.ENOTTY.number();
        };
    }

    private int vmIoctl(Ioctl ioctl, long argument) {
        return switch (ioctl) {
            case KVM_CHECK_EXTENSION -> check((int) argument);
            case KVM_CREATE_VCPU -> descriptor((int) argument);
            case KVM_SET_USER_MEMORY_REGION -> setSlot(at(argument, Layouts.USERSPACE_MEMORY_REGION.size()));
            case KVM_CREATE_IRQCHIP,
                    KVM_CREATE_PIT2,
                    KVM_GET_IRQCHIP,
                    KVM_SET_IRQCHIP,
                    KVM_GET_PIT2,
                    KVM_SET_PIT2,
                    KVM_IRQ_LINE,
                    KVM_ENABLE_CAP,
                    KVM_SET_TSS_ADDR,
                    KVM_SET_IDENTITY_MAP_ADDR -> 0;
            default -> -Errno.ENOTTY.number();
        };
    }

    private int check(int number) {
        for (Map.Entry<Capability, Integer> capability : capabilities.entrySet()) {
            if (capability.getKey().number() == number) {
                return capability.getValue();
            }
        }
        return 0;
    }

    private int setSlot(ByteBuffer region) {
        Slot slot = new Slot(region.getInt(), region.getInt(), region.getLong(), region.getLong(), region.getLong());
        if (slot.size() == 0) {
            slots.remove(slot.number());
        } else {
            slots.put(slot.number(), slot);
        }
        return 0;
    }

    @Override
    public long mmap(long length, int protection, int flags, int fd, long offset) {
        if (fd < FIRST_FD) {
            return mapped(real.mmap(length, protection, flags, fd, offset), length);
        }
        long address = mapped(real.mmap(length, protection, flags | MAP_ANONYMOUS, -1, 0), length);
        int index = Objects.requireNonNull(descriptors.get(fd), "a vCPU's descriptor");
        vcpu(index).share(at(address, (int) length));
        return address;
    }

    private long mapped(long address, long length) {
        if (address >= 0) {
            mappings.put(address, length);
        }
        return address;
    }

    @Override
    public int munmap(long address, long length) {
        mappings.remove(address);
        return real.munmap(address, length);
    }

    @Override
    public int mprotect(long address, long length, int protection) {
        return real.mprotect(address, length, protection);
    }

    @Override
    public int memfd(String name, long size) {
        int fd = real.memfd(name, size);
        if (fd >= 0) {
            descriptors.put(fd, MEMORY_FD);
        }
        return fd;
    }

    @Override
    public int gettid() {
        return (int) Thread.currentThread().getId();
    }

    @Override
    public int signalThread(int tid, int signal) {
        synchronized (signals) {
            pendingSignals.add(key(tid, signal));
            signals.notifyAll();
        }
        return 0;
    }

    @Override
    public long blockSignal(int signal) {
        return 0;
    }

    @Override
    public int consumeSignal(int signal) {
        synchronized (signals) {
            return pendingSignals.remove(key(gettid(), signal)) ? signal : -Errno.EAGAIN.number();
        }
    }

    boolean signalIsPending() {
        synchronized (signals) {
            return pendingSignals.contains(key(gettid(), RunInterrupter.SIGNAL));
        }
    }

    void awaitSignal() {
        synchronized (signals) {
            while (!signalIsPending()) {
                try {
                    signals.wait();
                } catch (InterruptedException e) {
                    throw new AssertionError("a test ended while the scripted guest was running", e);
                }
            }
        }
    }

    boolean signalComesWithin(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (signals) {
            try {
                for (long left = millis; left > 0 && !signalIsPending(); ) {
                    signals.wait(left);
                    left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                }
            } catch (InterruptedException e) {
                throw new AssertionError("a test ended while the scripted guest was running", e);
            }
            return signalIsPending();
        }
    }

    private static long key(int tid, int signal) {
        return (long) tid << Integer.SIZE | signal;
    }
}
