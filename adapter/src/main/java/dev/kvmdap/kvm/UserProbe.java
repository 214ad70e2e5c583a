package dev.kvmdap.kvm;

import dev.kvmdap.kvm.UserFindings.Delivery;
import dev.kvmdap.x86.CpuMode;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tries each means of debugging at privilege level 3 in one CPU mode. Where an event goes to the guest, a debug register on the
 * first instruction of the handler shows it, and the probe does what a debugger would have to: it finds the place in the frame
 * (SDM vol. 3, 6.12.1 and 6.14.2), puts the vCPU back, and goes on.
 */
final class UserProbe {
    /** Where debug events go: #DB, #BP, and #UD for an instruction that KVM cannot emulate. */
    private static final int[] VECTORS = {1, 3, 6};

    private static final int NOP = 0x90;
    private static final int SLOT_AT = ProbeGuestLayout.CODE + 3;
    private static final int PLANTED_AT = ProbeGuestLayout.CODE + 2;
    private static final int USER = 3;

    private final ProbeGuest guest;
    private final Vcpu vcpu;
    private final CpuMode mode;

    /** A mode other than real mode. */
    UserProbe(ProbeGuest guest, CpuMode mode) {
        this.guest = guest;
        this.vcpu = guest.vcpu();
        this.mode = mode;
    }

    UserFindings findings() {
        Map<PlantedByte, Delivery> planted = new EnumMap<>(PlantedByte.class);
        for (PlantedByte candidate : PlantedByte.values()) {
            planted.put(candidate, planted(candidate));
        }
        return new UserFindings(singleStep(), executeSlot(), planted, pageTrap());
    }

    private Delivery singleStep() {
        Delivery first = step(ProbeGuestLayout.CODE);
        return first.leaks() && !step(ProbeGuestLayout.CODE + 1).equals(first) ? Delivery.LOST : first;
    }

    private Delivery step(int from) {
        guest.prepareUser(mode);
        guest.restartUser(mode, from);
        return delivery(guest.resume(onHandlers(GuestDebug.enabled().singleStep(), 0)), from + 1);
    }

    private Delivery executeSlot() {
        guest.prepareUser(mode);
        return delivery(guest.resume(onHandlers(GuestDebug.enabled(), SLOT_AT)), SLOT_AT);
    }

    private Delivery planted(PlantedByte candidate) {
        guest.prepareUser(mode, NOP, NOP, candidate.opcode());
        int reason = guest.resume(onHandlers(GuestDebug.enabled().softwareBreakpoints(), 0));
        boolean notEmulated = reason == Abi.EXIT_INTERNAL_ERROR && vcpu.regs().rip() == PLANTED_AT;
        Delivery delivery = notEmulated ? Delivery.TO_DEBUGGER : delivery(reason, PLANTED_AT);
        return delivery.receiver() == UserFindings.Receiver.NOBODY || goesOnBehind(PLANTED_AT)
                ? delivery
                : Delivery.LOST;
    }

    /** Restores the byte, and steps the instruction that it stood on. */
    private boolean goesOnBehind(int planted) {
        guest.memory().putByte(planted, (byte) NOP);
        guest.restartUser(mode, planted);
        int reason = guest.resume(onHandlers(GuestDebug.enabled().singleStep(), 0));
        Delivery stepped = delivery(reason, planted + 1);
        return stepped.receiver() != UserFindings.Receiver.NOBODY;
    }

    /** One slot for an address in user code, or 0, and the others for the first instructions of handlers. */
    private static GuestDebug onHandlers(GuestDebug debug, long address) {
        long dr7 = 0b10101000 | (address == 0 ? 0 : 0b10);
        return debug.slots(
                address,
                ProbeGuestLayout.handler(VECTORS[0]),
                ProbeGuestLayout.handler(VECTORS[1]),
                ProbeGuestLayout.handler(VECTORS[2]),
                dr7);
    }

    /** Where an event went that is for this address in user code. */
    private Delivery delivery(int reason, long address) {
        if (reason != Abi.EXIT_DEBUG) {
            return Delivery.LOST;
        }
        long pc = vcpu.debugPc();
        if (pc == address && vcpu.sregs().ss().dpl() == USER) {
            return Delivery.TO_DEBUGGER;
        }
        for (int vector : VECTORS) {
            if (pc == ProbeGuestLayout.handler(vector) && isFromUser()) {
                return leak(vector, frame(0) - address);
            }
        }
        return Delivery.LOST;
    }

    private static Delivery leak(int vector, long offset) {
        return offset == 0 || offset == 1 ? Delivery.toGuest(vector, (int) offset) : Delivery.LOST;
    }

    private boolean isFromUser() {
        return (frame(1) & USER) == USER && (frame(4) & USER) == USER && frame(3) == ProbeGuestLayout.STACK_TOP;
    }

    /** A word of the frame that the processor has pushed: RIP, CS, RFLAGS, RSP, SS. */
    private long frame(int word) {
        int bytes = mode == CpuMode.PROTECTED ? Integer.BYTES : Long.BYTES;
        int at = (int) vcpu.regs().rsp() + bytes * word;
        if (at < 0 || at > ProbeGuestLayout.MEMORY - bytes) {
            return 0;
        }
        return bytes == Integer.BYTES
                ? Integer.toUnsignedLong(guest.memory().getInt(at))
                : guest.memory().getLong(at);
    }

    private ModeFindings.PageTrap pageTrap() {
        guest.protectPage(Abi.PROT_NONE);
        try {
            guest.prepareUser(mode, ModeProbe.store(mode, ProbeGuestLayout.PROTECTED_PAGE));
            int reason = guest.resume(GuestDebug.off());
            if (reason == Abi.EXIT_MMIO) {
                return vcpu.mmioIsWrite() && vcpu.mmioAddress() == ProbeGuestLayout.PROTECTED_PAGE
                        ? ModeFindings.PageTrap.MMIO_EXIT
                        : ModeFindings.PageTrap.NONE;
            }
            boolean fault = reason == Abi.EXIT_FAULT || reason == Abi.EXIT_MEMORY_FAULT;
            return fault && storeIsTriedAgain() ? ModeFindings.PageTrap.FAULT : ModeFindings.PageTrap.NONE;
        } finally {
            guest.protectPage(Abi.PROT_READ | Abi.PROT_WRITE);
        }
    }

    /** The HLT behind the code raises #GP, which ends the run in its handler. */
    private boolean storeIsTriedAgain() {
        guest.memory().putShort(ProbeGuestLayout.PROTECTED_PAGE, (short) 0);
        guest.protectPage(Abi.PROT_READ | Abi.PROT_WRITE);
        return guest.isInHandler(guest.resume(GuestDebug.off()))
                && guest.memory().getShort(ProbeGuestLayout.PROTECTED_PAGE) == ModeProbe.PATTERN;
    }
}
