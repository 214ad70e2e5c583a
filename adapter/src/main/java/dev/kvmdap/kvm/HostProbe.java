package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what this host's KVM really does. KVM's capabilities announce what may work; here a tiny guest tries it, in each CPU
 * mode, and every later choice of the debugger rests on what it found.
 */
public final class HostProbe {
    private static final long WATCH_MILLIS = 5;
    private static final long CR0_PAGING = 0x80000000L;
    private static final int PATTERN = 0x12345678;

    private final SystemCalls calls;
    private final String device;
    private final Queue<ProbeGuest> running = new ConcurrentLinkedQueue<>();

    private HostProbe(SystemCalls calls, String device) {
        this.calls = calls;
        this.device = device;
    }

    /** Probes this host. Takes some tens of milliseconds and ends whatever the host does; never throws for lack of KVM. */
    public static HostFindings probe() {
        return probe(LibC.get(), Kvm.DEVICE);
    }

    static HostFindings probe(SystemCalls calls, String device) {
        HostProbe probe = new HostProbe(calls, device);
        return probe.watched(probe::findings);
    }

    /** Runs the probing on a thread of its own, and keeps an eye on it. */
    private HostFindings watched(Callable<HostFindings> probing) {
        FutureTask<HostFindings> task = new FutureTask<>(probing);
        Thread thread = new Thread(task, "kvmdap-host-probe");
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(WATCH_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    running.forEach(ProbeGuest::interruptIfLate);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the probe of the host failed", e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private HostFindings findings() {
        HostDescription host = HostDescription.read();
        try (Kvm kvm = Kvm.open(calls, device)) {
            Map<Capability, Integer> capabilities = new EnumMap<>(Capability.class);
            for (Capability capability : Capability.values()) {
                capabilities.put(capability, kvm.check(capability));
            }
            return findings(host, kvm, capabilities);
        } catch (KvmException e) {
            return HostFindings.withoutKvm(host, e);
        }
    }

    private HostFindings findings(HostDescription host, Kvm kvm, Map<Capability, Integer> capabilities) {
        try (ProbeGuest guest = watch(ProbeGuest.create(kvm, calls, false));
                @Nullable ProbeGuest interruptible = createInterruptible(kvm)) {
            Map<CpuMode, ModeFindings> modes = new EnumMap<>(CpuMode.class);
            for (CpuMode mode : CpuMode.values()) {
                modes.put(mode, new ModeProbe(guest, mode).findings(interruptible));
            }
            return new HostFindings(
                    host,
                    HostFindings.Access.GRANTED,
                    Abi.API_VERSION,
                    capabilities,
                    guest.vcpu().guestDebugControls(),
                    synchronisesRegisters(guest),
                    interruptible != null && stepStaysArmed(interruptible),
                    paging32(guest),
                    shutdownKeepsState(guest),
                    modes);
        } finally {
            running.clear();
        }
    }

    /** A guest with interrupt controllers, where this KVM has them. */
    private @Nullable ProbeGuest createInterruptible(Kvm kvm) {
        try {
            return watch(ProbeGuest.create(kvm, calls, true));
        } catch (KvmException e) {
            return null;
        }
    }

    private ProbeGuest watch(ProbeGuest guest) {
        running.add(guest);
        return guest;
    }

    private static boolean synchronisesRegisters(ProbeGuest guest) {
        Vcpu vcpu = guest.vcpu();
        if (!vcpu.synchronisesRegisters()
                || guest.run(CpuMode.REAL, GuestDebug.enabled().singleStep()) != Abi.EXIT_DEBUG) {
            return false;
        }
        long rip = vcpu.regs().rip();
        long cr0 = vcpu.sregs().cr0();
        vcpu.forgetRegisters();
        return rip == ProbeGuestLayout.CODE + 1
                && rip == vcpu.regs().rip()
                && cr0 == vcpu.sregs().cr0();
    }

    /** Steps an instruction that every KVM emulates, then runs on without arming the next step. */
    private static boolean stepStaysArmed(ProbeGuest guest) {
        int[] code = ProbeGuestLayout.STORE_TASK_PRIORITY;
        if (guest.run(CpuMode.PROTECTED, GuestDebug.enabled().singleStep(), code) != Abi.EXIT_DEBUG) {
            return false;
        }
        long next = (long) ProbeGuestLayout.CODE + code.length;
        return guest.vcpu().debugPc() == next
                && guest.resumeAsArmed() == Abi.EXIT_DEBUG
                && guest.vcpu().debugPc() == next + 1;
    }

    /** Lets an exception find no interrupt table, in which no handler of a double fault stands either. */
    private static boolean shutdownKeepsState(ProbeGuest guest) {
        Vcpu vcpu = guest.vcpu();
        try {
            guest.prepare(CpuMode.PROTECTED, ProbeGuestLayout.UNDEFINED);
            vcpu.sregs().idt().limit(0);
            vcpu.storeSregs();
            vcpu.regs().rbx(PATTERN);
            vcpu.storeRegs();
            return guest.resume(GuestDebug.off()) == Abi.EXIT_SHUTDOWN
                    && vcpu.regs().rip() == ProbeGuestLayout.CODE
                    && vcpu.regs().rbx() == PATTERN
                    && CpuMode.of(
                                    vcpu.sregs().cr0(),
                                    vcpu.sregs().efer(),
                                    vcpu.sregs().cs().l())
                            == CpuMode.PROTECTED;
        } catch (KvmException e) {
            return false;
        }
    }

    /** Switches 32-bit paging on and reads through a page table. */
    private static boolean paging32(ProbeGuest guest) {
        Vcpu vcpu = guest.vcpu();
        try {
            guest.prepare(CpuMode.PROTECTED, ProbeGuestLayout.LOAD_PAGED_DATA);
            vcpu.sregs().cr3(ProbeGuestLayout.PAGE_DIRECTORY_32);
            vcpu.sregs().cr0(vcpu.sregs().cr0() | CR0_PAGING);
            vcpu.storeSregs();
            guest.memory().putInt(ProbeGuestLayout.DATA, PATTERN);
            return guest.resume(GuestDebug.off()) == Abi.EXIT_HLT
                    && (vcpu.regs().rax() & 0xffffffffL) == PATTERN;
        } catch (KvmException e) {
            return false;
        }
    }
}
