package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.x86.CpuMode;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The events of KVM_SET_GUEST_DEBUG on this host, in each CPU mode, with PC and DR6 to the bit: those that the kernel's own test of
 * its debug registers looks at. What is expected follows from what the probe has found; where the host does not have an event, the
 * guest must come through as if nothing had been asked for.
 */
@RequiresKvm
@Timeout(60)
class DebugEventsOnKvmTest {

    private static final int CODE = ProbeGuestLayout.CODE;
    private static final int SLOTS = 4;
    private static final int DB = 1;
    private static final int BP = 3;
    private static final int NOP = 0x90;
    private static final int INT3 = 0xcc;

    private static final long DR6_IDLE = 0xffff0ff0L;
    private static final long DR6_BD = 1 << 13;
    private static final long DR6_BS = 1 << 14;
    private static final long DR7_GD = 1 << 13;
    private static final int WRITE_OF_TWO_BYTES = 0b0101;
    private static final long GUESTS_OWN_DR0 = 0x1234;
    private static final long TRAP_FLAG = 1 << 8;
    private static final int EXECUTE = 0;

    private static final int APIC_SPURIOUS_VECTOR = 0xf0;
    private static final long MSI_ADDRESS = 0xfee00000L;
    private static final int APIC_ENABLED = 0x1ff;
    private static final int VECTOR = 0xaa;

    private final Kvm kvm = Kvm.open();
    private final ProbeGuest guest = ProbeGuest.create(kvm, LibC.get(), false);
    private final Vcpu vcpu = guest.vcpu();

    @AfterEach
    void close() {
        guest.close();
        kvm.close();
    }

    private static void assertDebugExit(Vcpu vcpu, int reason, int vector, long pc) {
        assertThat(reason).isEqualTo(Abi.EXIT_DEBUG);
        assertThat(vcpu.debugException()).isEqualTo(vector);
        assertThat(vcpu.debugPc()).isEqualTo(pc);
        assertThat(vcpu.regs().rip()).isEqualTo(pc);
    }

    private static GuestDebug slot(int slot, long address, long access) {
        long[] addresses = new long[SLOTS];
        addresses[slot] = address;
        long dr7 = 2L << (2 * slot) | access << (16 + 4 * slot);
        return GuestDebug.enabled().slots(addresses[0], addresses[1], addresses[2], addresses[3], dr7);
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void breakpointInstructionExitsBeforeItIsExecuted(CpuMode mode) {
        int reason = guest.run(mode, GuestDebug.enabled().softwareBreakpoints(), NOP, INT3);

        switch (RealHost.findings(mode).planted(PlantedByte.INT3).outcome()) {
            case DEBUG_EXIT -> assertDebugExit(vcpu, reason, BP, CODE + 1);
            case EMULATION_ERROR -> {
                assertThat(reason).isEqualTo(Abi.EXIT_INTERNAL_ERROR);
                assertThat(vcpu.regs().rip()).isEqualTo(CODE + 1);
            }
            default -> {
                assertThat(guest.isInHandler(reason)).isTrue();
                assertThat(vcpu.ioData(0)).isEqualTo(BP);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void eachSlotStopsBeforeItsInstruction(CpuMode mode) {
        assertThat(RealHost.findings(mode).executeSlots()).isEqualTo(SLOTS);
        for (int slot = 0; slot < SLOTS; slot++) {
            int reason = guest.run(mode, slot(slot, CODE + 2, EXECUTE));

            assertDebugExit(vcpu, reason, DB, CODE + 2);
            assertThat(vcpu.debugDr6()).isEqualTo(DR6_IDLE | 1L << slot);
        }
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void eachSlotStopsBehindTheWriteToItsMemory(CpuMode mode) {
        int[] store = ModeProbe.store(mode, ProbeGuestLayout.DATA);
        int working = RealHost.findings(mode).writeSlots();
        assertThat(working).isIn(0, SLOTS);
        for (int slot = 0; slot < SLOTS; slot++) {
            guest.memory().putShort(ProbeGuestLayout.DATA, (short) 0);

            int reason = guest.run(mode, slot(slot, ProbeGuestLayout.DATA, WRITE_OF_TWO_BYTES), store);

            assertThat(guest.memory().getShort(ProbeGuestLayout.DATA)).isEqualTo((short) ModeProbe.PATTERN);
            if (working == SLOTS) {
                assertDebugExit(vcpu, reason, DB, CODE + store.length);
                assertThat(vcpu.debugDr6()).isEqualTo(DR6_IDLE | 1L << slot);
            } else {
                assertThat(reason).isEqualTo(Abi.EXIT_HLT);
            }
        }
    }

    /** STI, XOR, CPUID, MOV, RDMSR, CLI. */
    private static int[][] serialInstructions(CpuMode mode) {
        int[] xor = {0x31, 0xc0};
        int[] mov = {0xb9, 0x1b, 0, 0, 0}; // IA32_APIC_BASE
        int[] widely = {0x66};
        boolean real = mode == CpuMode.REAL;
        return new int[][] {
            {0xfb}, real ? join(widely, xor) : xor, {0x0f, 0xa2}, real ? join(widely, mov) : mov, {0x0f, 0x32}, {0xfa}
        };
    }

    private static int[] join(int[]... parts) {
        return Stream.of(parts).flatMapToInt(IntStream::of).toArray();
    }

    /** A guest at the begin of code, with an interrupt pending in its local APIC. */
    private ProbeGuest interrupted(CpuMode mode, int... code) {
        ProbeGuest interruptible = ProbeGuest.create(kvm, LibC.get(), true);
        interruptible.prepare(mode, code);
        byte[] apic = interruptible.vcpu().state().lapic();
        apic[APIC_SPURIOUS_VECTOR] = (byte) APIC_ENABLED;
        apic[APIC_SPURIOUS_VECTOR + 1] = (byte) (APIC_ENABLED >>> Byte.SIZE);
        interruptible.vcpu().state().setLapic(apic);
        interruptible.vm().signalMsi(MSI_ADDRESS, VECTOR);
        return interruptible;
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void stepsGoThroughSimpleAndEmulatedInstructionsWithThePendingInterruptHeldBack(CpuMode mode) {
        ModeFindings findings = RealHost.findings(mode);
        assertThat(findings.singleStep()).isTrue();
        assumeThat(findings.blocksInterrupts())
                .as("this host holds interrupts back while it steps")
                .isTrue();
        int[][] code = serialInstructions(mode);
        try (ProbeGuest interrupted = interrupted(mode, join(code))) {
            GuestDebug step = GuestDebug.enabled().singleStep().blockInterrupts();
            long next = CODE;
            for (int[] instruction : code) {
                next += instruction.length;
                assertDebugExit(interrupted.vcpu(), interrupted.resume(step), DB, next);
                assertThat(interrupted.vcpu().debugDr6()).isEqualTo(DR6_IDLE | DR6_BS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void stepsThatHoldNothingBackComeToTheHandlerOfThePendingInterrupt(CpuMode mode) {
        try (ProbeGuest interrupted = interrupted(mode, join(serialInstructions(mode)))) {
            GuestDebug step = GuestDebug.enabled().singleStep();
            int reason = interrupted.resume(step);
            for (int steps = 1; steps < 4 && reason == Abi.EXIT_DEBUG; steps++) {
                reason = interrupted.resume(step);
            }

            assertThat(interrupted.isInHandler(reason)).isTrue();
            assertThat(interrupted.vcpu().ioData(0)).isEqualTo(VECTOR);
        }
    }

    /** NOP, MOV from DR0 to EAX or RAX, with all accesses to debug registers protected. */
    private int readProtectedDebugRegister(CpuMode mode) {
        guest.prepare(mode, NOP, 0x0f, 0x21, 0xc0);
        vcpu.state().setDebugRegisters(new DebugRegisters(GUESTS_OWN_DR0, 0, 0, 0, DR6_IDLE, 0x400));
        return guest.resume(GuestDebug.enabled().slots(0, 0, 0, 0, DR7_GD));
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void accessToAProtectedDebugRegisterExitsBeforeItOrReadsTheGuestsOwn(CpuMode mode) {
        boolean exits = readProtectedDebugRegister(CpuMode.PROTECTED) == Abi.EXIT_DEBUG;

        int reason = readProtectedDebugRegister(mode);

        if (exits) {
            assertDebugExit(vcpu, reason, DB, CODE + 1);
            assertThat(vcpu.debugDr6()).isEqualTo(DR6_IDLE | DR6_BD);
            assertThat(vcpu.regs().rax()).isZero();
        } else {
            assertThat(reason).isEqualTo(Abi.EXIT_HLT);
            assertThat(vcpu.regs().rax()).isEqualTo(GUESTS_OWN_DR0);
        }
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void guestRunsToItsEndOnceAllDebuggingIsOff(CpuMode mode) {
        GuestDebug everything = slot(0, CODE + 1, EXECUTE).singleStep().softwareBreakpoints();
        assertDebugExit(vcpu, guest.run(mode, everything), DB, CODE + 1);

        int reason = guest.resume(GuestDebug.off());

        assertThat(reason).isEqualTo(Abi.EXIT_HLT);
        assertThat(vcpu.regs().rflags() & TRAP_FLAG).isZero();
    }
}
