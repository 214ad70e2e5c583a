package dev.kvmdap.engine;

import dev.kvmdap.engine.GuestEntry.Outcome;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Instruction;
import dev.kvmdap.x86.InstructionKind;
import dev.kvmdap.x86.X86Exception;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Executes one instruction, whatever stands armed at it: its slot is disarmed, its planted byte lifted, its page opened for
 * so long. On the vCPU's thread.
 */
final class InstructionStep {

    private static final int DEBUG_VECTOR = 1;
    private static final int BREAKPOINT_VECTOR = 3;

    private final Cpu cpu;
    private final Vcpu vcpu;
    private final Traps traps;
    private final Turnstile turnstile;
    private final GuestEntry guest;

    private final byte[] code = new byte[Instruction.MAX_BYTES];
    private final Instruction instruction = new Instruction();
    private final FaultHandlers faultHandlers;
    private final boolean slotsHeedResumeFlag;
    private final WithByteLifted withByteLifted = new WithByteLifted();
    private long pc;
    private boolean interruptible;
    private boolean faulted;

    InstructionStep(Cpu cpu, Vcpu vcpu, Traps traps, Turnstile turnstile, GuestEntry guest, HostFindings host) {
        this.cpu = cpu;
        this.vcpu = vcpu;
        this.traps = traps;
        this.turnstile = turnstile;
        this.guest = guest;
        this.slotsHeedResumeFlag = host.everywhere(mode -> !mode.executeSlotRefires());
        this.faultHandlers = new FaultHandlers(cpu);
    }

    /** The guest's memory and registers may be others than before. */
    void prepare() {
        faultHandlers.forget();
    }

    /** The guest has run freely. */
    void hasRun() {
        faultHandlers.suspect();
    }

    /** Looks at the instruction that will be executed. */
    InstructionKind decode() {
        pc = cpu.pc();
        int available = cpu.memory().read(pc, code, 0, code.length);
        return instruction.decode(code, available, cpu.codeBits());
    }

    /** What was decoded. */
    Instruction decoded() {
        return instruction;
    }

    /** The linear address of the instruction that was decoded. */
    long pc() {
        return pc;
    }

    /** Lets a HLT that has been executed sleep until an interrupt comes, and takes the first step in its handler. */
    Outcome awaken() {
        return guest.step(GuestEntry.NO_SLOT, InstructionKind.OTHER, true, faultHandlers);
    }

    /**
     * Whether the last one has not been executed but has raised a fault, or what the guest was owed came first: the vCPU stands
     * before a handler's first instruction.
     */
    boolean faulted() {
        return faulted;
    }

    /** The linear address behind it. For kinds other than {@link InstructionKind#OTHER}. */
    long next() {
        return pc + instruction.length();
    }

    /**
     * Executes what was decoded; where the guest is owed a debug event, the vCPU comes to the handler of that.
     *
     * @param interruptible whether an interrupt may come first: its handler is stepped then
     */
    Outcome execute(boolean interruptible) {
        this.interruptible = interruptible;
        faulted = false;
        if (guest.ownEvent().isOwed()) {
            return deliver(true);
        }
        if (guest.hasUndelivered()) {
            faulted = true;
            return guest.deliverOther(faultHandlers);
        }
        if (!guest.debug().isOwnTrapFlagSet() && guest.user().returnsToUser(instruction.kind())) {
            guest.disarm();
            return Outcome.STEPPED;
        }
        Location here = traps.at(cpu, pc);
        Outcome outcome = pass(here);
        outcome = mayBeForbidden(outcome) ? passWithPagesOpen(here) : outcome;
        boolean before = cpu.pc() == pc && oweGuest(outcome) && guest.ownEvent().isFault();
        return before ? deliver(!guest.ownEvent().isByInstruction()) : outcome;
    }

    private Outcome deliver(boolean instead) {
        faulted = instead;
        return guest.deliver(faultHandlers);
    }

    /**
     * Owes the guest what it was left for and what is nobody's trap: its own INT3 or ICEBP, an interrupt instruction that KVM
     * cannot carry out, or a #DB that nothing else accounts for.
     *
     * @return whether the guest is owed something
     */
    boolean oweGuest(Outcome outcome) {
        OwnEvent event = guest.ownEvent();
        if (event.isOwed()) {
            return true;
        }
        boolean unexplained = outcome == Outcome.DEBUG && guest.isUnexplained();
        boolean breakpoint = outcome == Outcome.DEBUG && vcpu.debugException() == BREAKPOINT_VECTOR;
        boolean failed =
                outcome == Outcome.EXIT && vcpu.exitReason() == Abi.EXIT_INTERNAL_ERROR && cpu.privilegeLevel() == 0;
        if (!unexplained && !breakpoint && !failed) {
            return false;
        }
        decode();
        boolean interrupt = instruction.kind() == InstructionKind.INT
                && (failed || instruction.vector() == (breakpoint ? BREAKPOINT_VECTOR : DEBUG_VECTOR));
        if (interrupt) {
            event.owe(instruction, breakpoint);
        } else if (unexplained) {
            event.owe(0, true);
        }
        return event.isOwed();
    }

    /** Whether KVM could not execute an instruction while pages are forbidden to the guest since they are watched. */
    boolean mayBeForbidden(Outcome outcome) {
        return outcome == Outcome.EXIT
                && vcpu.exitReason() == Abi.EXIT_INTERNAL_ERROR
                && traps.watches().pages().forbidsAny();
    }

    /** Alone, with all pages open to the guest for this instruction; what it changes there is seen by comparing. */
    private Outcome passWithPagesOpen(@Nullable Location here) {
        interruptible = false;
        WithPagesOpen open = new WithPagesOpen(here);
        turnstile.exclusivelyFromInside(open);
        return open.outcome;
    }

    private final class WithPagesOpen implements Runnable {
        private final @Nullable Location here;
        private Outcome outcome = Outcome.INTERRUPTED;

        WithPagesOpen(@Nullable Location here) {
            this.here = here;
        }

        @Override
        public void run() {
            PageTraps pages = traps.watches().pages();
            long others = traps.watches().changedAnywhere(cpu);
            pages.lift();
            try {
                outcome = pass(here);
                guest.accesses().touch(traps.watches().changedAnywhere(cpu) & ~others);
                traps.guards().suspectAll();
            } finally {
                pages.restore();
            }
        }
    }

    private Outcome pass(@Nullable Location here) {
        if (here == null) {
            return enter(GuestEntry.NO_SLOT);
        }
        interruptible = false;
        if (here.placement() instanceof Placement.Slot held) {
            return enter(held.slot());
        }
        PlantedBytes.Planted planted = here.planted();
        if (planted == null) {
            return enter(GuestEntry.NO_SLOT);
        }
        return withByteLifted.of(planted);
    }

    /** One object for all steps: this is what a breakpoint costs whose condition does not hold. */
    private final class WithByteLifted implements Runnable {
        private PlantedBytes.@Nullable Planted planted;
        private Outcome outcome = Outcome.INTERRUPTED;

        Outcome of(PlantedBytes.Planted lifted) {
            planted = lifted;
            turnstile.exclusivelyFromInside(this);
            return outcome;
        }

        @Override
        public void run() {
            PlantedBytes.Planted lifted = Objects.requireNonNull(planted);
            traps.planted().lift(lifted);
            try {
                outcome = enter(GuestEntry.NO_SLOT);
            } finally {
                traps.planted().replant(lifted);
            }
        }
    }

    private Outcome enter(int disarmedSlot) {
        faultHandlers.choose(instruction, pc, guest.mayRaiseDebugException());
        long rip = cpu.regs().rip();
        int codeSegment = cpu.sregs().cs().selector();
        Outcome outcome = enterGuest(disarmedSlot);
        long reached = cpu.pc();
        faulted = reached != pc
                && faultHandlers.isChosen(reached)
                && !isInterruptThatTheGuestEmulates(reached)
                && SavedFlags.isReturnAddress(cpu, rip, codeSegment);
        return outcome;
    }

    /** Where KVM cannot carry INT n out it raises #UD, which no processor does. */
    private boolean isInterruptThatTheGuestEmulates(long reached) {
        return instruction.kind() == InstructionKind.INT
                && faultHandlers.isHandler(X86Exception.INVALID_OPCODE, reached);
    }

    private Outcome enterGuest(int disarmedSlot) {
        long destination = Destination.of(instruction, pc, cpu, vcpu, slotsHeedResumeFlag);
        if (guest.user().isEntered()) {
            return enterUser(destination);
        }
        return stepCarefully(destination, disarmedSlot);
    }

    private Outcome stepCarefully() {
        return stepCarefully(Destination.UNKNOWN, GuestEntry.NO_SLOT);
    }

    /** The debugger's trap flag does not come to the guest, and the guest's own is in force when it has been loaded. */
    private Outcome stepCarefully(long destination, int disarmedSlot) {
        long rip = cpu.regs().rip();
        long stack = cpu.regs().rsp();
        int codeSegment = cpu.sregs().cs().selector();
        boolean own = guest.debug().isOwnTrapFlagSet();
        boolean loads = !own && Destination.loadsTrapFlag(instruction, cpu);
        Outcome outcome = destination != Destination.UNKNOWN
                ? guest.runTo(destination, disarmedSlot, instruction.kind(), faultHandlers)
                : guest.step(disarmedSlot, instruction.kind(), interruptible, faultHandlers);
        if (own || !guest.debug().isStepping()) {
            return outcome;
        }
        if (hasJumped(outcome, rip, stack)) {
            SavedFlags.clearTrapFlag(cpu, rip, codeSegment);
        } else if (guest.isEndOfStep(outcome) && cpu.regs().rip() != rip) {
            if (instruction.kind() == InstructionKind.PUSHF) {
                SavedFlags.clearTrapFlag(cpu);
            } else if (loads) {
                guest.debug().giveTrapFlag();
            }
        }
        return outcome;
    }

    /** Where debug registers stop nobody: only the handlers of exceptions lie elsewhere. */
    private Outcome enterUser(long destination) {
        return switch (instruction.kind()) {
            case INT ->
                destination == Destination.UNKNOWN || !isException(instruction.vector())
                        ? stepCarefully()
                        : stepCarefully(destination, GuestEntry.NO_SLOT);
            case SYSCALL -> destination == Destination.UNKNOWN ? stepCarefully() : runToPlanted(destination);
            default -> stepCarefully();
        };
    }

    private static boolean isException(int vector) {
        return vector == DEBUG_VECTOR || vector == BREAKPOINT_VECTOR;
    }

    private Outcome runToPlanted(long destination) {
        Location[] target = new Location[1];
        turnstile.exclusivelyFromInside(() -> target[0] = traps.addTemporary(new GuestVirtual(destination), cpu));
        try {
            Outcome outcome = guest.runUndisturbed();
            return outcome == Outcome.TRAPPED && cpu.pc() == destination ? Outcome.STEPPED : outcome;
        } finally {
            turnstile.exclusivelyFromInside(() -> traps.removeTemporary(target[0]));
        }
    }

    /**
     * Whether the step has ended in a handler: the trap flag did not end it, but a trap in the handler, or another thread;
     * or it did, on hosts whose KVM delivers exceptions itself, behind the handler's first instruction.
     */
    private boolean hasJumped(Outcome outcome, long rip, long stack) {
        long passed = cpu.regs().rip() - rip;
        if (!guest.isEndOfStep(outcome)) {
            return passed != 0;
        }
        boolean jumped = passed < 0 || passed > Instruction.MAX_BYTES;
        return jumped && cpu.regs().rsp() != stack && !isTransferByStack();
    }

    private boolean isTransferByStack() {
        return switch (instruction.kind()) {
            case CALL, CALL_FAR, RET, RET_FAR, IRET -> true;
            default -> false;
        };
    }
}
