package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every exit reason becomes its record, with the fields where linux/kvm.h has them. */
class ExitTest {
    private record Sample(int reason, Consumer<ByteBuffer> union, Exit exit) {}

    private static final List<Long> SIX = List.of(1L, 2L, 3L, 4L, 5L, 6L);

    private static void words(ByteBuffer union, int at, List<Long> words) {
        for (int i = 0; i < words.size(); i++) {
            union.putLong(at + 8 * i, words.get(i));
        }
    }

    private static final List<Sample> SAMPLES = List.of(
            new Sample(99, u -> u.putLong(0, 0x55), new Exit.Unknown(99, 0x55)),
            new Sample(Abi.EXIT_UNKNOWN, u -> u.putLong(0, 0x402), new Exit.Unknown(0, 0x402)),
            new Sample(Abi.EXIT_EXCEPTION, u -> u.putInt(0, 14).putInt(4, 2), new Exit.GuestException(14, 2)),
            new Sample(
                    Abi.EXIT_IO,
                    u -> u.put(0, (byte) 0)
                            .put(1, (byte) 4)
                            .putShort(2, (short) 0xcf8)
                            .putInt(4, 1)
                            .putLong(8, 4096),
                    new Exit.Io(false, 0xcf8, 4, List.of(0))),
            new Sample(
                    Abi.EXIT_HYPERCALL,
                    u -> {
                        u.putLong(0, 12).putInt(64, 1);
                        words(u, 8, SIX);
                    },
                    new Exit.Hypercall(12, SIX, true)),
            new Sample(
                    Abi.EXIT_DEBUG,
                    u -> u.putInt(0, 3)
                            .putLong(8, 0x1000)
                            .putLong(16, 0xffff0ff0L)
                            .putLong(24, 0x400),
                    new Exit.Debug(3, new GuestVirtual(0x1000), 0xffff0ff0L, 0x400)),
            new Sample(Abi.EXIT_HLT, u -> {}, new Exit.Halt()),
            new Sample(
                    Abi.EXIT_MMIO,
                    u -> u.putLong(0, 0xb8000).putLong(8, -1).putInt(16, 2).put(20, (byte) 1),
                    new Exit.Mmio(new GuestPhysical(0xb8000), 0xffff, 2, true)),
            new Sample(Abi.EXIT_IRQ_WINDOW_OPEN, u -> {}, new Exit.InterruptWindow()),
            new Sample(Abi.EXIT_SHUTDOWN, u -> {}, new Exit.Shutdown()),
            new Sample(
                    Abi.EXIT_FAIL_ENTRY,
                    u -> u.putLong(0, 0x80000021L).putInt(8, 3),
                    new Exit.FailEntry(0x80000021L, 3)),
            new Sample(Abi.EXIT_INTR, u -> {}, new Exit.Interrupted()),
            new Sample(Abi.EXIT_SET_TPR, u -> {}, new Exit.SetTaskPriority(0)),
            new Sample(
                    Abi.EXIT_TPR_ACCESS,
                    u -> u.putLong(0, 0x1000).putInt(8, 1),
                    new Exit.TaskPriorityAccess(new GuestVirtual(0x1000), true)),
            new Sample(Abi.EXIT_NMI, u -> {}, new Exit.Nmi()),
            new Sample(
                    Abi.EXIT_INTERNAL_ERROR,
                    u -> {
                        u.putInt(0, 2).putInt(4, 3);
                        words(u, 8, SIX);
                    },
                    new Exit.InternalError(2, SIX.subList(0, 3), List.of())),
            new Sample(
                    Abi.EXIT_SYSTEM_EVENT,
                    u -> {
                        u.putInt(0, 3).putInt(4, 99);
                        words(u, 8, SIX);
                    },
                    new Exit.SystemEvent(3, List.of(1L, 2L, 3L, 4L, 5L, 6L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L))),
            new Sample(Abi.EXIT_IOAPIC_EOI, u -> u.put(0, (byte) 0xfe), new Exit.IoapicEoi(0xfe)),
            new Sample(
                    Abi.EXIT_HYPERV,
                    u -> {
                        u.putInt(0, 2);
                        words(u, 8, SIX);
                    },
                    new Exit.HyperV(2, SIX)),
            new Sample(Abi.EXIT_X86_RDMSR, u -> u.putInt(8, 2).putInt(12, 0xc0000080), new Exit.ReadMsr(0xc0000080, 2)),
            new Sample(
                    Abi.EXIT_X86_WRMSR,
                    u -> u.putInt(8, 4).putInt(12, 0x1b).putLong(16, -2),
                    new Exit.WriteMsr(0x1b, 4, -2)),
            new Sample(Abi.EXIT_DIRTY_RING_FULL, u -> {}, new Exit.DirtyRingFull()),
            new Sample(Abi.EXIT_AP_RESET_HOLD, u -> {}, new Exit.ApResetHold()),
            new Sample(Abi.EXIT_X86_BUS_LOCK, u -> {}, new Exit.BusLock()),
            new Sample(
                    Abi.EXIT_XEN,
                    u -> {
                        u.putInt(0, 1).putInt(8, 1).putInt(12, 3).putLong(16, 29);
                        words(u, 32, SIX);
                    },
                    new Exit.Xen(1, true, 3, 29, SIX)),
            new Sample(Abi.EXIT_NOTIFY, u -> u.putInt(0, 1), new Exit.Notify(true)),
            new Sample(
                    Abi.EXIT_MEMORY_FAULT,
                    u -> u.putLong(0, 8).putLong(8, 0x5000).putLong(16, 4096),
                    new Exit.MemoryFault(8, new GuestPhysical(0x5000), 4096)),
            new Sample(
                    Abi.EXIT_TDX,
                    u -> {
                        u.putLong(8, 0x10002);
                        words(u, 16, SIX);
                    },
                    new Exit.Tdx(0, 0x10002, SIX)));

    @Test
    void everyReasonBecomesItsRecord() {
        ScriptedKernel kernel = new ScriptedKernel();
        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm();
                Vcpu vcpu = vm.createVcpu(0)) {
            assertThat(SAMPLES).allSatisfy(sample -> {
                kernel.vcpu(0).then(guest -> {
                    ByteBuffer union = ScriptedKernel.union(guest.shared());
                    union.put(0, new byte[256]);
                    sample.union().accept(union);
                    return guest.exit(sample.reason());
                });

                assertThat(vcpu.run()).isEqualTo(sample.reason());
                assertThat(vcpu.exitReason()).isEqualTo(sample.reason());
                assertThat(vcpu.exit()).isEqualTo(sample.exit());
            });
        }
    }

    @Test
    void refusedMemoryIsAFault() {
        ScriptedKernel kernel = new ScriptedKernel();
        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm();
                Vcpu vcpu = vm.createVcpu(0)) {
            kernel.vcpu(0).then(guest -> -Errno.EFAULT.number());

            assertThat(vcpu.run()).isEqualTo(Abi.EXIT_FAULT);
            assertThat(vcpu.exit()).isEqualTo(new Exit.Fault());
        }
    }

    @Test
    void noRecordIsWithoutASample() {
        Set<Class<?>> sampled =
                SAMPLES.stream().map(sample -> sample.exit().getClass()).collect(Collectors.toSet());
        sampled.add(Exit.Again.class);
        sampled.add(Exit.Fault.class);

        assertThat(Arrays.asList(Exit.class.getPermittedSubclasses())).allMatch(sampled::contains);
    }
}
