package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** KVM_GET_EMULATED_CPUID and its kin, as api.txt 4.88 promises it and as kernels really behave. */
class CpuidTableTest {
    private static final CpuidEntry STATEFUL =
            new CpuidEntry(2, 0, Abi.CPUID_FLAG_STATEFUL_FUNC | Abi.CPUID_FLAG_STATE_READ_NEXT, 1, 2, 3, 4);
    private static final CpuidEntry INDEXED =
            new CpuidEntry(7, 1, Abi.CPUID_FLAG_SIGNIFCANT_INDEX, 0, -1, 0x80000000, 8);

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final List<Integer> offers = new ArrayList<>();

    /** The entries that the kernel has, and its rule for an offer: 0 or an errno. */
    private void kernelHas(List<CpuidEntry> entries, Rule rule) {
        kernel.on(Ioctl.KVM_GET_EMULATED_CPUID, argument -> {
            int offered = ScriptedKernel.at(argument, 4).getInt(0);
            offers.add(offered);
            Errno refusal = rule.refusal(offered);
            ByteBuffer table = ScriptedKernel.at(argument, 8 + 40 * offered);
            if (refusal != Errno.E2BIG) {
                table.putInt(0, entries.size());
            }
            if (refusal != null) {
                return -refusal.number();
            }
            table.position(8);
            entries.forEach(entry -> table.put(bytes(entry)));
            return 0;
        });
    }

    @FunctionalInterface
    private interface Rule {
        @org.jspecify.annotations.Nullable Errno refusal(int offered);
    }

    private static ByteBuffer bytes(CpuidEntry entry) {
        return ByteBuffer.allocate(40)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(entry.function())
                .putInt(entry.index())
                .putInt(entry.flags())
                .putInt(entry.eax())
                .putInt(entry.ebx())
                .putInt(entry.ecx())
                .putInt(entry.edx())
                .putInt(0xdead)
                .putInt(0xdead)
                .putInt(0xdead)
                .flip();
    }

    private static List<CpuidEntry> many(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new CpuidEntry(i, 0, 0, i, i, i, i))
                .toList();
    }

    private List<CpuidEntry> emulated() {
        try (Kvm kvm = kernel.open()) {
            return kvm.emulatedCpuid();
        }
    }

    @Test
    void successWithTheNumberAdjustedYieldsExactlyTheValidEntriesAndTheirFlags() {
        kernelHas(List.of(STATEFUL, INDEXED), offered -> null);

        assertThat(emulated()).containsExactly(STATEFUL, INDEXED);

        assertThat(STATEFUL.isStateful()).isTrue();
        assertThat(STATEFUL.isReadNext()).isTrue();
        assertThat(STATEFUL.indexIsSignificant()).isFalse();
        assertThat(INDEXED.indexIsSignificant()).isTrue();
    }

    @Test
    void growsUntilTheKernelHasRoom() {
        kernelHas(many(300), offered -> offered < 300 ? Errno.E2BIG : null);

        assertThat(emulated()).isEqualTo(many(300));
        assertThat(offers).isSorted();
    }

    @Test
    void meetsKernelsThatWantMoreRoomThanTheyFill() {
        kernelHas(many(64), offered -> offered <= 64 ? Errno.E2BIG : null);

        assertThat(emulated()).isEqualTo(many(64));
    }

    @Test
    void tooManyOfferedIsAskedAgainWithTheAdjustedNumber() {
        kernelHas(many(3), offered -> offered > 3 ? Errno.ENOMEM : offered < 3 ? Errno.E2BIG : null);

        assertThat(emulated()).isEqualTo(many(3));
        assertThat(offers).startsWith(64, 3);
    }

    @Test
    void adjustedNumberThatIsItselfTooSmallIsRaised() {
        kernelHas(many(3), offered -> offered > 4 ? Errno.ENOMEM : offered < 4 ? Errno.E2BIG : null);

        assertThat(emulated()).isEqualTo(many(3));
        assertThat(offers).startsWith(64, 3).endsWith(4);
    }

    @Test
    void growsAndThenShrinksToTheOnlyAcceptedNumber() {
        kernelHas(many(100), offered -> offered > 100 ? Errno.ENOMEM : offered < 100 ? Errno.E2BIG : null);

        assertThat(emulated()).isEqualTo(many(100));
    }

    @Test
    void kernelThatIsNeverContentIsAnErrorAndNotALoop() {
        kernelHas(many(3), offered -> offered > 3 ? Errno.ENOMEM : Errno.E2BIG);

        assertThatThrownBy(this::emulated)
                .isInstanceOf(KvmException.class)
                .hasMessageContaining("KVM_GET_EMULATED_CPUID");
    }

    @Test
    void kernelWithoutBoundsIsAnErrorAndNotAnOutOfMemoryError() {
        kernel.on(Ioctl.KVM_GET_EMULATED_CPUID, argument -> -Errno.E2BIG.number());

        assertThatThrownBy(this::emulated)
                .isInstanceOf(KvmException.class)
                .hasMessageContaining("E2BIG (argument list too long)");
    }

    @Test
    void countThatExceedsTheOfferIsNotBelieved() {
        kernel.on(Ioctl.KVM_GET_EMULATED_CPUID, argument -> {
            ScriptedKernel.at(argument, 4).putInt(0, Integer.MAX_VALUE);
            return 0;
        });

        assertThat(emulated()).hasSizeLessThanOrEqualTo(64);
    }

    @Test
    void kernelThatDoesNotTellTheNumberIsAskedForTheLeastItAccepts() {
        kernel.on(Ioctl.KVM_GET_EMULATED_CPUID, argument -> {
            int offered = ScriptedKernel.at(argument, 4).getInt(0);
            if (offered < 3) {
                return -Errno.E2BIG.number();
            }
            ByteBuffer table = ScriptedKernel.at(argument, 8 + 40 * offered).position(8);
            many(3).forEach(entry -> table.put(bytes(entry)));
            return 0;
        });

        assertThat(emulated()).isEqualTo(many(3));
    }

    @Test
    void kernelWithoutTheCapabilityEmulatesNothing() {
        kernel.capability(Capability.EXT_EMUL_CPUID, 0);

        assertThat(emulated()).isEmpty();
        assertThat(kernel.calls()).doesNotContain("KVM_GET_EMULATED_CPUID");
    }

    @Test
    void otherErrorsAreToldAtOnce() {
        kernel.refuse("KVM_GET_EMULATED_CPUID", Errno.EFAULT.number());

        assertThatThrownBy(this::emulated).hasMessageContaining("EFAULT");
    }

    @Test
    void entriesReachTheVcpuUnchanged() {
        List<CpuidEntry> taken = new ArrayList<>();
        kernel.on(Ioctl.KVM_SET_CPUID2, argument -> {
            ByteBuffer table = ScriptedKernel.at(argument, 8 + 2 * 40);
            assertThat(table.getInt(0)).isEqualTo(2);
            for (int at = 8; at < table.capacity(); at += 40) {
                assertThat(table.getLong(at + 28)).as("padding").isZero();
                table.position(at);
                taken.add(new CpuidEntry(
                        table.getInt(),
                        table.getInt(),
                        table.getInt(),
                        table.getInt(),
                        table.getInt(),
                        table.getInt(),
                        table.getInt()));
            }
            return 0;
        });
        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm();
                Vcpu vcpu = vm.createVcpu(0)) {
            vcpu.state().setCpuid(List.of(STATEFUL, INDEXED));
        }

        assertThat(taken).containsExactly(STATEFUL, INDEXED);
    }
}
