package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.kvm.ModeFindings.OwnSlots;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.InstructionKind;

/**
 * What KVM_SET_GUEST_DEBUG has asked of KVM for one vCPU: whether the next entry steps, and which debug registers are in force
 * (KVM api.txt 4.87). On the vCPU's thread. Allocates nothing.
 *
 * <p>KVM sets the trap flag in KVM_SET_GUEST_DEBUG only. An instruction that loads RFLAGS clears it, and on some hosts so
 * does one that KVM emulates; there it is armed before every step. While it is set KVM shows none, and takes the guest's own
 * with it when it is cleared: an instruction under the guest's own trap flag is executed by that flag instead.
 */
final class DebugControl {

    private enum Armed {
        NOTHING,
        STEP,
        INTERRUPTIBLE_STEP,
        RUN
    }

    private final Cpu cpu;
    private final Vcpu vcpu;
    private final Traps traps;
    private final OwnDebugRegisters own;
    private final EntrySlots slots;
    private final int stepControl;
    private final int trapControl;
    private final boolean staysArmed;
    private final boolean displacesOwn;
    private final boolean tellsOfAccess;
    private Armed armed = Armed.NOTHING;
    private int armedVersion;
    private int armedFaults;
    private int control;
    private int unserved;

    DebugControl(Cpu cpu, Vcpu vcpu, Traps traps, OwnDebugRegisters own, HostFindings host) {
        this.cpu = cpu;
        this.vcpu = vcpu;
        this.traps = traps;
        this.own = own;
        this.slots = new EntrySlots(traps.slots());
        this.staysArmed = host.stepStaysArmed();
        this.displacesOwn = !host.everywhere(mode -> mode.ownSlots() == OwnSlots.IN_FORCE);
        this.tellsOfAccess = host.everywhere(mode -> mode.ownSlots() == OwnSlots.DISPLACED);
        this.trapControl = traps.trapByte().control();
        this.stepControl =
                Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_SINGLESTEP | (host.guestDebugControls() & Abi.GUESTDBG_BLOCKIRQ);
    }

    /** The debug registers with which the guest is entered. */
    EntrySlots slots() {
        return slots;
    }

    /** Whether the guest is entered with the debugger's trap flag. */
    boolean isStepping() {
        return (control & Abi.GUESTDBG_SINGLESTEP) != 0;
    }

    /** Whether the guest has set its own trap flag. KVM shows it, since no instruction is single-stepped that has it set. */
    boolean isOwnTrapFlagSet() {
        return (vcpu.regs().rflags() & SavedFlags.TRAP_FLAG) != 0;
    }

    /** Bit n for the breakpoint in the guest's own DRn that has found no room beside the debugger's. */
    int unserved() {
        return unserved;
    }

    /** Looks at the guest's own debug registers where the guest may have changed them unseen since it was entered. */
    void review() {
        if (!tellsOfAccess) {
            own.forget();
        }
        own.look();
    }

    /** Registers may have been changed: whatever was armed counts no more. */
    void disarm() {
        armed = Armed.NOTHING;
        own.forget();
    }

    /**
     * For a step of one instruction; under the guest's own trap flag it is that one which ends it.
     *
     * @param disarmedSlot the slot whose breakpoint is to be passed, or {@link GuestEntry#NO_SLOT}
     * @param kind of the instruction
     * @param interruptible whether an interrupt may come first
     * @param faults where the step ends too
     */
    void armStep(int disarmedSlot, InstructionKind kind, boolean interruptible, FaultHandlers faults) {
        Armed wanted = interruptible ? Armed.INTERRUPTIBLE_STEP : Armed.STEP;
        boolean ownFlag = isOwnTrapFlagSet();
        boolean same = armed == wanted
                && armedVersion == traps.version()
                && armedFaults == faults.version()
                && kind != InstructionKind.MOV_DR
                && !(displacesOwn && own.areInUse());
        if (!same || disarmedSlot != GuestEntry.NO_SLOT || ownFlag) {
            slots.fill(disarmedSlot);
            addOwn(interruptible || ownFlag ? DebugSlots.EVERYWHERE : cpu.pc(), !interruptible);
            if (kind == InstructionKind.MOV_DR && !own.detectAccess()) {
                slots.letAccess();
            }
            aimAt(faults, 0, !interruptible);
            boolean slotsNeeded = ownFlag || slots.areArmed();
            set(((ownFlag ? stepControl & ~Abi.GUESTDBG_SINGLESTEP : stepControl)
                            & (interruptible ? ~Abi.GUESTDBG_BLOCKIRQ : -1))
                    | (slotsNeeded ? Abi.GUESTDBG_USE_HW_BP : 0));
            armed = wanted;
            armedFaults = faults.version();
        }
    }

    /**
     * Behind a step.
     *
     * @param harmless whether the step has ended behind an instruction that lets the trap flag alone
     */
    void endStep(InstructionKind kind, boolean interruptible, boolean harmless) {
        boolean stays = staysArmed && harmless && kind == InstructionKind.OTHER && isStepping();
        armed = stays ? armed : Armed.NOTHING;
        if (kind == InstructionKind.MOV_DR || own.detectAccess() || interruptible) {
            own.forget();
        }
    }

    /** For a step in user mode whose events the guest gets: the vCPU is caught at the guest's handler. */
    void armUserStep(boolean interruptible, FaultHandlers faults, UserMode user) {
        slots.fill(GuestEntry.NO_SLOT);
        aimAt(faults, 0, !interruptible);
        user.beginStep(slots);
        set((stepControl & (interruptible ? ~Abi.GUESTDBG_BLOCKIRQ : -1)) | Abi.GUESTDBG_USE_HW_BP);
    }

    /**
     * For one instruction that cannot be stepped, with interrupts held back.
     *
     * @param destination linear address of the instruction that follows it
     * @return whether a slot was left for the destination; where none was, nothing is armed
     */
    boolean armRunTo(long destination, int disarmedSlot, FaultHandlers faults) {
        slots.fill(disarmedSlot);
        int next = slots.aim(destination, 0, true);
        if (next > DebugSlots.COUNT) {
            return false;
        }
        addOwn(cpu.pc(), true);
        aimAt(faults, next, true);
        set(undisturbed() | Abi.GUESTDBG_USE_HW_BP);
        return true;
    }

    /**
     * For an exception on its way into the guest, with interrupts held back: the run ends at its handler.
     *
     * @param injection what KVM is to inject, one of the {@code GUESTDBG_INJECT_} bits of {@link Abi}, or 0
     * @return whether KVM injects it; not where another exception is pending
     */
    boolean armDelivery(FaultHandlers handlers, int vector, int injection) {
        handlers.chooseFor(vector);
        slots.fill(GuestEntry.NO_SLOT);
        addOwn(DebugSlots.NOWHERE, true);
        aimAt(handlers, 0, true);
        try {
            set(undisturbed() | Abi.GUESTDBG_USE_HW_BP | injection);
            return true;
        } catch (KvmException e) {
            if (injection != 0 && e.isBusy()) {
                return false;
            }
            throw e;
        }
    }

    /** For a free run. */
    void armRun() {
        if (armed != Armed.RUN || armedVersion != traps.version()) {
            armRun(0);
            armed = Armed.RUN;
        }
    }

    /** For a free run with interrupts held back. */
    void armUndisturbedRun() {
        armRun(undisturbed());
    }

    private void armRun(int additionally) {
        slots.fill(GuestEntry.NO_SLOT);
        boolean debuggers = slots.areArmed();
        if (debuggers) {
            addOwn(DebugSlots.EVERYWHERE, false);
        }
        set(additionally | (debuggers ? Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_USE_HW_BP : 0));
    }

    /** Behind a free run: what the guest has done with its debug registers was seen only if it was made to exit for it. */
    void endRun() {
        if (!slots.detectsAccess() || !tellsOfAccess) {
            own.forget();
            armed = displacesOwn && slots.areArmed() ? Armed.NOTHING : armed;
        }
    }

    /** Gives the guest the trap flag that it has just loaded itself, under a step in which KVM shows none. */
    void giveTrapFlag() {
        slots.fill(GuestEntry.NO_SLOT);
        set(Abi.GUESTDBG_ENABLE);
        vcpu.regs().rflags(vcpu.regs().rflags() | SavedFlags.TRAP_FLAG);
        vcpu.storeRegs();
    }

    private int undisturbed() {
        return stepControl & ~Abi.GUESTDBG_SINGLESTEP;
    }

    private void set(int wanted) {
        control = wanted | (traps.planted().isEmpty() ? 0 : Abi.GUESTDBG_ENABLE | trapControl);
        armed = Armed.NOTHING;
        armedVersion = traps.version();
        vcpu.setGuestDebug(control, slots.registers());
    }

    /**
     * Puts the guest's own breakpoints beside the debugger's, where KVM does not leave them in force.
     *
     * @param overBreakpoints whether execute breakpoints of the debugger may make room: with no interrupt let in, nothing but a
     *     fault can lead to them before the step has ended
     */
    private void addOwn(long pc, boolean overBreakpoints) {
        if (displacesOwn) {
            own.look();
            unserved = slots.addOwn(own, pc, overBreakpoints);
            slots.detectAccess();
        }
    }

    private void aimAt(FaultHandlers faults, int from, boolean overBreakpoints) {
        int next = from;
        for (int i = 0; i < faults.count() && next < DebugSlots.COUNT; i++) {
            next = slots.aim(faults.address(i), next, overBreakpoints);
        }
    }
}
