package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tries each means of debugging in one CPU mode. */
final class ModeProbe {
    private static final int SLOTS = 4;
    private static final int EXECUTE = 0;
    private static final int WRITE = 1;
    private static final int READ_OR_WRITE = 3;
    private static final int TWO_BYTES = 1;
    private static final int DB_VECTOR = 1;
    private static final long RFLAGS_IF = 1 << 9;
    private static final long RFLAGS_RF = 1 << 16;

    private static final long DR6_NOTHING = 0xffff0ff0L;
    private static final long DR6_BD = 1 << 13;
    private static final long DR7_NOTHING = 0x400;
    private static final long DR7_GD = 1 << 13;

    private static final int NOP = 0x90;
    private static final int[] LOAD_DR0 = {0x0f, 0x21, 0xc0};
    private static final int OWN_AT = ProbeGuestLayout.CODE + 1;
    private static final int BREAKPOINT_AT = ProbeGuestLayout.CODE + 3;
    private static final int PLANTED_AT = ProbeGuestLayout.CODE + 2;
    static final int PATTERN = 0x5aa5;

    private static final int APIC_SPURIOUS_VECTOR = 0xf0;
    private static final int APIC_ENABLED = 0x1ff;
    private static final long MSI_ADDRESS = 0xfee00000L;
    private static final int MSI_VECTOR = 0x51;

    private final ProbeGuest guest;
    private final Vcpu vcpu;
    private final CpuMode mode;

    ModeProbe(ProbeGuest guest, CpuMode mode) {
        this.guest = guest;
        this.vcpu = guest.vcpu();
        this.mode = mode;
    }

    /**
     * @param interruptible a second guest, which has interrupt controllers; null where this KVM has none
     */
    ModeFindings findings(@Nullable ProbeGuest interruptible) {
        try {
            return new ModeFindings(
                    singleStep(),
                    executeSlots(),
                    executeSlotRefires(),
                    writeSlots(),
                    accessSlots(),
                    planted(),
                    interruptible != null && new ModeProbe(interruptible, mode).blocksInterrupts(),
                    pageTrap(),
                    readOnlySlots(),
                    ownSlots(),
                    mode == CpuMode.REAL ? UserFindings.nothing() : new UserProbe(guest, mode).findings());
        } catch (KvmException e) {
            return ModeFindings.nothing();
        }
    }

    private boolean singleStep() {
        return isDebugAt(guest.run(mode, GuestDebug.enabled().singleStep()), ProbeGuestLayout.CODE + 1);
    }

    private boolean isDebugAt(int reason, long address) {
        return reason == Abi.EXIT_DEBUG && vcpu.debugException() == DB_VECTOR && vcpu.debugPc() == address;
    }

    private int executeSlots() {
        int working = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            int reason = guest.run(mode, slot(slot, BREAKPOINT_AT, EXECUTE, 0));
            if (isDebugAt(reason, BREAKPOINT_AT) && isReported(slot)) {
                working++;
            }
        }
        return working;
    }

    private boolean executeSlotRefires() {
        GuestDebug debug = slot(0, BREAKPOINT_AT, EXECUTE, 0);
        if (!isDebugAt(guest.run(mode, debug), BREAKPOINT_AT)) {
            return false;
        }
        vcpu.regs().rflags(vcpu.regs().rflags() | RFLAGS_RF);
        vcpu.storeRegs();
        return isDebugAt(guest.resume(debug), BREAKPOINT_AT);
    }

    private int writeSlots() {
        int working = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            int reason = guest.run(
                    mode, slot(slot, ProbeGuestLayout.DATA, WRITE, TWO_BYTES), store(mode, ProbeGuestLayout.DATA));
            if (reason == Abi.EXIT_DEBUG && isReported(slot)) {
                working++;
            }
        }
        return working;
    }

    private boolean accessSlots() {
        GuestDebug debug = slot(0, ProbeGuestLayout.DATA, READ_OR_WRITE, TWO_BYTES);
        int reason = guest.run(mode, debug, load(ProbeGuestLayout.DATA));
        return reason == Abi.EXIT_DEBUG && isReported(0);
    }

    private boolean isReported(int slot) {
        return (vcpu.debugDr6() & 1 << slot) != 0;
    }

    /** Gives the guest a breakpoint of its own in front of one of the debugger's. */
    private ModeFindings.OwnSlots ownSlots() {
        DebugRegisters none = new DebugRegisters(0, 0, 0, 0, DR6_NOTHING, DR7_NOTHING);
        try {
            guest.prepare(mode);
            vcpu.state().setDebugRegisters(new DebugRegisters(0, OWN_AT, 0, 0, DR6_NOTHING, DR7_NOTHING | 0b1000));
            int reason = guest.resume(slot(0, BREAKPOINT_AT, EXECUTE, 0));
            if (guest.isInHandler(reason) && vcpu.ioData(0) == DB_VECTOR) {
                return ModeFindings.OwnSlots.IN_FORCE;
            }
        } finally {
            vcpu.state().setDebugRegisters(none);
        }
        int reason = guest.run(mode, GuestDebug.enabled().slots(0, 0, 0, 0, DR7_GD), LOAD_DR0);
        boolean told = isDebugAt(reason, ProbeGuestLayout.CODE) && (vcpu.debugDr6() & DR6_BD) != 0;
        return told ? ModeFindings.OwnSlots.DISPLACED : ModeFindings.OwnSlots.DISPLACED_UNSEEN;
    }

    private static GuestDebug slot(int slot, long address, int access, int length) {
        long dr7 = 2L << (2 * slot) | (long) (length << 2 | access) << (16 + 4 * slot);
        return GuestDebug.enabled()
                .slots(
                        slot == 0 ? address : 0,
                        slot == 1 ? address : 0,
                        slot == 2 ? address : 0,
                        slot == 3 ? address : 0,
                        dr7);
    }

    private Map<PlantedByte, PlantedByte.Finding> planted() {
        Map<PlantedByte, PlantedByte.Finding> findings = new EnumMap<>(PlantedByte.class);
        for (PlantedByte candidate : PlantedByte.values()) {
            findings.put(candidate, planted(candidate));
        }
        return findings;
    }

    private PlantedByte.Finding planted(PlantedByte candidate) {
        GuestDebug debug = GuestDebug.enabled().softwareBreakpoints();
        int reason = guest.run(mode, debug, NOP, NOP, candidate.opcode());
        if (guest.isInHandler(reason)) {
            return new PlantedByte.Finding(PlantedByte.Outcome.GUEST, 0, false);
        }
        PlantedByte.Outcome outcome = switch (reason) {
            case Abi.EXIT_DEBUG -> PlantedByte.Outcome.DEBUG_EXIT;
            case Abi.EXIT_INTERNAL_ERROR -> ofInternalError();
            case Abi.EXIT_HLT -> PlantedByte.Outcome.HALT_EXIT;
            default -> PlantedByte.Outcome.NOTHING;
        };
        long ripOffset = vcpu.regs().rip() - PLANTED_AT;
        if (outcome == PlantedByte.Outcome.NOTHING || ripOffset < 0 || ripOffset > 1) {
            return PlantedByte.Finding.NOTHING;
        }
        return new PlantedByte.Finding(outcome, (int) ripOffset, resumesAfterPlanted());
    }

    private PlantedByte.Outcome ofInternalError() {
        return vcpu.exit() instanceof Exit.InternalError error && error.suberror() == Abi.INTERNAL_ERROR_EMULATION
                ? PlantedByte.Outcome.EMULATION_ERROR
                : PlantedByte.Outcome.NOTHING;
    }

    private boolean resumesAfterPlanted() {
        guest.memory().putByte(PLANTED_AT, (byte) NOP);
        vcpu.regs().rip(PLANTED_AT);
        vcpu.storeRegs();
        return isDebugAt(guest.resume(GuestDebug.enabled().singleStep()), PLANTED_AT + 1);
    }

    /** Steps with an interrupt pending in the local APIC. */
    private boolean blocksInterrupts() {
        if ((vcpu.guestDebugControls() & Abi.GUESTDBG_BLOCKIRQ) == 0) {
            return false;
        }
        VcpuState state = vcpu.state();
        byte[] idleApic = state.lapic();
        guest.prepare(mode);
        enableApic(idleApic);
        guest.vm().signalMsi(MSI_ADDRESS, MSI_VECTOR);
        vcpu.regs().rflags(vcpu.regs().rflags() | RFLAGS_IF);
        vcpu.storeRegs();
        GuestDebug debug = GuestDebug.enabled().singleStep().blockInterrupts();
        boolean held = true;
        for (int step = 1; step <= 3; step++) {
            held &= isDebugAt(guest.resume(debug), ProbeGuestLayout.CODE + step);
        }
        state.setLapic(idleApic);
        return held;
    }

    private void enableApic(byte[] idleApic) {
        byte[] enabled = idleApic.clone();
        enabled[APIC_SPURIOUS_VECTOR] = (byte) APIC_ENABLED;
        enabled[APIC_SPURIOUS_VECTOR + 1] = (byte) (APIC_ENABLED >>> Byte.SIZE);
        vcpu.state().setLapic(enabled);
    }

    private ModeFindings.PageTrap pageTrap() {
        guest.protectPage(Abi.PROT_NONE);
        try {
            int reason = guest.run(mode, GuestDebug.off(), store(mode, ProbeGuestLayout.PROTECTED_PAGE));
            if (reason == Abi.EXIT_MMIO) {
                return isStoreTo(ProbeGuestLayout.PROTECTED_PAGE) && loadTraps()
                        ? ModeFindings.PageTrap.MMIO_EXIT
                        : ModeFindings.PageTrap.NONE;
            }
            boolean fault = reason == Abi.EXIT_FAULT || reason == Abi.EXIT_MEMORY_FAULT;
            return fault && storeIsTriedAgain() ? ModeFindings.PageTrap.FAULT : ModeFindings.PageTrap.NONE;
        } finally {
            guest.protectPage(Abi.PROT_READ | Abi.PROT_WRITE);
        }
    }

    private boolean loadTraps() {
        int reason = guest.run(mode, GuestDebug.off(), load(ProbeGuestLayout.PROTECTED_PAGE));
        if (reason != Abi.EXIT_MMIO || vcpu.mmioIsWrite()) {
            return false;
        }
        vcpu.setMmioData(PATTERN);
        vcpu.complete();
        return (vcpu.regs().rax() & 0xffff) == PATTERN;
    }

    private boolean storeIsTriedAgain() {
        guest.memory().putShort(ProbeGuestLayout.PROTECTED_PAGE, (short) 0);
        guest.protectPage(Abi.PROT_READ | Abi.PROT_WRITE);
        return guest.resume(GuestDebug.off()) == Abi.EXIT_HLT
                && guest.memory().getShort(ProbeGuestLayout.PROTECTED_PAGE) == PATTERN;
    }

    private boolean readOnlySlots() {
        return guest.run(mode, GuestDebug.off(), store(mode, ProbeGuestLayout.READ_ONLY_PAGE)) == Abi.EXIT_MMIO
                && isStoreTo(ProbeGuestLayout.READ_ONLY_PAGE);
    }

    private boolean isStoreTo(long address) {
        return vcpu.mmioIsWrite() && vcpu.mmioAddress() == address && (vcpu.mmioData() & 0xffff) == PATTERN;
    }

    /** MOV of {@link #PATTERN} to 16 bits of memory. */
    static int[] store(CpuMode mode, int address) {
        int low = address & 0xff;
        int high = address >>> Byte.SIZE;
        return switch (mode) {
            case REAL -> new int[] {0xc7, 0x06, low, high, PATTERN & 0xff, PATTERN >>> Byte.SIZE};
            case PROTECTED, COMPATIBILITY ->
                new int[] {0x66, 0xc7, 0x05, low, high, 0, 0, PATTERN & 0xff, PATTERN >>> Byte.SIZE};
            case LONG -> new int[] {0x66, 0xc7, 0x04, 0x25, low, high, 0, 0, PATTERN & 0xff, PATTERN >>> Byte.SIZE};
        };
    }

    /** MOV of 16 bits of memory to AX. */
    private int[] load(int address) {
        int low = address & 0xff;
        int high = address >>> Byte.SIZE;
        return switch (mode) {
            case REAL -> new int[] {0x8b, 0x06, low, high};
            case PROTECTED, COMPATIBILITY -> new int[] {0x66, 0x8b, 0x05, low, high, 0, 0};
            case LONG -> new int[] {0x66, 0x8b, 0x04, 0x25, low, high, 0, 0};
        };
    }
}
