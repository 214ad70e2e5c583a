package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What KVM_SET_GUEST_DEBUG is given, and what it is never given. */
class GuestDebugTest {
    private static final int USE_SLOTS = Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_USE_HW_BP;

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final Kvm kvm = kernel.open();
    private final Vm vm = kvm.createVm();
    private final Vcpu vcpu = vm.createVcpu(0);

    @AfterEach
    void close() {
        vcpu.close();
        vm.close();
        kvm.close();
    }

    private void set(int control, long dr0, long dr7) {
        vcpu.setGuestDebug(control, new long[] {dr0, 0, 0, 0, 0, 0, 0, dr7});
    }

    @Test
    void eachNamedMethodSetsItsBit() {
        GuestDebug debug = GuestDebug.enabled()
                .singleStep()
                .softwareBreakpoints()
                .blockInterrupts()
                .slots(0x1000, 0x2000, 0x3000, 0x4000, 0xff);

        vcpu.setGuestDebug(debug);

        assertThat(kernel.vcpu(0).guestDebugControl()).isEqualTo(0x00130003);
        assertThat(kernel.vcpu(0).guestDebugRegister(0)).isEqualTo(0x1000);
        assertThat(kernel.vcpu(0).guestDebugRegister(3)).isEqualTo(0x4000);
        assertThat(kernel.vcpu(0).guestDebugRegister(7)).isEqualTo(0xff);
        assertThat(GuestDebug.off().injectDebugException().control()).isEqualTo(0x00040000);
        assertThat(GuestDebug.off().injectBreakpointException().control()).isEqualTo(0x00080000);
    }

    @Test
    void exitPendingIsRefusedByName() {
        assertThatThrownBy(() -> set(Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_EXIT_PENDING, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("KVM_GUESTDBG_EXIT_PENDING exists on s390 only");
    }

    @Test
    void bitsThatKvmDoesNotAnnounceAreRefusedAndTheAnnouncedOnesNamed() {
        assertThatThrownBy(() -> set(Abi.GUESTDBG_ENABLE | 1 << 21, 0, 0))
                .hasMessageContaining("KVM_SET_GUEST_DEBUG with 0x200000: this KVM does not offer it")
                .hasMessageContaining("KVM_GUESTDBG_BLOCKIRQ");
    }

    @Test
    void oldKernelsThatAnnounceNothingTakeTheClassicBits() {
        kernel.capability(Capability.SET_GUEST_DEBUG2, 0);
        try (Kvm other = kernel.open();
                Vm otherVm = other.createVm();
                Vcpu old = otherVm.createVcpu(1)) {
            assertThatCode(() -> old.setGuestDebug(GuestDebug.enabled().singleStep()))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() ->
                            old.setGuestDebug(GuestDebug.enabled().singleStep().blockInterrupts()))
                    .hasMessageContaining("KVM_GUESTDBG_BLOCKIRQ");
        }
    }

    @Test
    void bitsThatDoNothingWithoutEnableAreRefused() {
        assertThatThrownBy(() -> set(Abi.GUESTDBG_SINGLESTEP, 0, 0))
                .hasMessageContaining("no effect without KVM_GUESTDBG_ENABLE");
    }

    @Test
    void twoInjectionsAtOnceAreRefused() {
        assertThatThrownBy(() -> vcpu.setGuestDebug(
                        GuestDebug.enabled().injectDebugException().injectBreakpointException()))
                .hasMessageContaining("one exception at a time");
    }

    @Test
    void injectionWhileAnExceptionIsPendingSaysWhatToDo() {
        kernel.refuse("KVM_SET_GUEST_DEBUG", Errno.EBUSY.number());

        assertThatThrownBy(() -> vcpu.setGuestDebug(GuestDebug.enabled().injectBreakpointException()))
                .isInstanceOf(KvmException.class)
                .hasMessageContaining("EBUSY")
                .hasMessageContaining("already pending");
    }

    @ParameterizedTest
    @CsvSource({
        "0x1001, 0x00000002, execute at any byte",
        "0x2000, 0x000d0002, write 4 bytes",
        "0x2008, 0x000b0002, 8 bytes read or write",
        "0xffff800000000000, 0x00000001, lowest kernel address",
        "0x8000000000000000, 0x00000000, a slot that is off may hold anything",
        "0x1000, 0x00002402, general detect and the fixed bit",
    })
    void slotsThatTheProcessorCanMatchAreTaken(String address, String dr7, String why) {
        assertThatCode(() -> set(USE_SLOTS, Long.parseUnsignedLong(address.substring(2), 16), Long.decode(dr7)))
                .as(why)
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "0x8000000000000000, 0x00000002, is not canonical (48 bits)",
        "0x0000800000000000, 0x00000002, is not canonical (48 bits)",
        "0x03f8, 0x00020002, I/O breakpoint",
        "0x1000, 0x000c0002, LEN must be 0",
        "0x2002, 0x000d0002, must be a multiple of the length",
        "0x2004, 0x000b0002, must be a multiple of the length",
        "0x1000, 0x100000002, sets reserved bits 0x100000000",
        "0x1000, 0x00000802, sets reserved bits 0x800",
    })
    void slotsThatTheProcessorWouldIgnoreAreRefused(String address, String dr7, String message) {
        assertThatThrownBy(() -> set(USE_SLOTS, Long.parseUnsignedLong(address.substring(2), 16), Long.decode(dr7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void addressesOf57BitsAreTakenUnderFiveLevelPaging() {
        kernel.vcpu(0).sregs().cr4(1 << 12);
        vcpu.forgetRegisters();

        assertThatCode(() -> set(USE_SLOTS, 0x0000800000000000L, 2)).doesNotThrowAnyException();
        assertThatThrownBy(() -> set(USE_SLOTS, 0x0100000000000000L, 2)).hasMessageContaining("(57 bits)");
    }

    @Test
    void debugRegistersAreNotLookedAtWhereTheyAreNotInForce() {
        assertThatCode(() -> set(Abi.GUESTDBG_ENABLE, 0x8000000000000000L, -1)).doesNotThrowAnyException();
    }
}
