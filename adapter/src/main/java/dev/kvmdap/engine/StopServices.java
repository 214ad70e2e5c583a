package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.ModeFindings;
import dev.kvmdap.kvm.PlantedByte;
import dev.kvmdap.kvm.PlantedChoice;
import dev.kvmdap.kvm.UserFindings.Delivery;
import dev.kvmdap.x86.CpuMode;

/** Which mechanism serves each kind of stop on a host, by CPU mode, and why: what the engine chooses by the host's findings. */
public final class StopServices {

    private static final String PROBED = "tried in a tiny guest";

    private final HostFindings host;
    private final WatchMeans watches;

    /** What can be told. The order is that of the report. */
    public enum Kind {
        /** Breakpoints of mode auto or software. */
        BREAKPOINT("breakpoint"),
        /** Breakpoints of mode hardware. */
        HARDWARE_BREAKPOINT("hardware breakpoint"),
        /** The first watchpoints for writes. */
        WRITE_WATCHPOINT("watchpoint on writes"),
        /** The first watchpoints for reads and writes. */
        ACCESS_WATCHPOINT("watchpoint on reads too"),
        /** Watchpoints for writes when the debug registers are taken. */
        FIFTH_WATCHPOINT("more than four of them"),
        /** Steps at privilege levels 0 to 2. */
        STEP("step"),
        /** Steps at privilege level 3. */
        USER_STEP("step at CPL 3"),
        /** Breakpoints in code at privilege level 3. */
        USER_BREAKPOINT("breakpoint at CPL 3"),
        /** What keeps interrupt handlers out of steps. */
        QUIET_STEP("no interrupt in a step"),
        /** Exceptions on their way to the guest's handlers. */
        EXCEPTION("exception"),
        /** Real, protected, compatibility and long mode. */
        MODE_SWITCH("CPU-mode switch"),
        /** IN, OUT, INS and OUTS at ports that nobody or a device of ours serves. */
        PORT("I/O port access"),
        /** The same at the ports of KVM's own devices. */
        KERNEL_PORT("... at KVM's own devices"),
        /** XCHG BX, BX. */
        MAGIC_BREAK("magic break"),
        /** Accesses to physical addresses at which there is nothing. */
        UNHANDLED_MMIO("unhandled MMIO"),
        /** The client's pause, and whatever must hold the vCPUs. */
        PAUSE("pause"),
        /** HLT that nothing can end. */
        HALT("halt for ever"),
        /** Shutdown by triple fault. */
        TRIPLE_FAULT("triple fault");

        private final String term;

        Kind(String term) {
            this.term = term;
        }

        /** What people call it. */
        public String term() {
            return term;
        }
    }

    /** The services of a host. */
    public StopServices(HostFindings host) {
        this.host = host;
        this.watches = WatchMeans.on(host);
    }

    /** How a kind of stop is served while the guest is in a CPU mode. */
    public StopService of(Kind kind, CpuMode mode) {
        ModeFindings findings = host.findings(mode);
        return switch (kind) {
            case BREAKPOINT -> breakpoint(findings);
            case HARDWARE_BREAKPOINT -> slots(findings);
            case WRITE_WATCHPOINT -> writeWatch();
            case ACCESS_WATCHPOINT -> accessWatch();
            case FIFTH_WATCHPOINT -> watchWithoutSlots();
            case STEP -> step(findings.singleStep());
            case USER_STEP -> user(mode, findings.user().singleStep(), step(true));
            case USER_BREAKPOINT -> userBreakpoint(mode, findings);
            case QUIET_STEP -> quietStep(findings);
            case EXCEPTION -> exception(findings);
            case MODE_SWITCH -> eachInstruction(findings, "KVM makes no exit for it");
            case PORT -> new StopService(Mechanism.EXIT, "(KVM_EXIT_IO)", "KVM leaves these ports to us");
            case KERNEL_PORT ->
                eachInstruction(findings, "KVM serves its interrupt controllers and timer without an exit");
            case MAGIC_BREAK -> eachInstruction(findings, "it is an instruction like any other to KVM");
            case UNHANDLED_MMIO ->
                new StopService(Mechanism.EXIT, "(KVM_EXIT_MMIO)", "KVM leaves such addresses to us");
            case PAUSE ->
                new StopService(Mechanism.SIGNAL, "", "immediate_exit alone does not end a KVM_RUN that is under way");
            case HALT ->
                new StopService(
                        Mechanism.HALT_WATCH, "", "with KVM's own interrupt controllers a HLT does not leave KVM_RUN");
            case TRIPLE_FAULT -> new StopService(Mechanism.EXIT, "(KVM_EXIT_SHUTDOWN)", "KVM tells it everywhere");
        };
    }

    private StopService breakpoint(ModeFindings findings) {
        PlantedChoice choice = host.plantedByte();
        if (choice.instruction().isEmpty()) {
            StopService slots = slots(findings);
            return new StopService(slots.mechanism(), slots.detail(), choice.reason());
        }
        PlantedByte planted = choice.instruction().get();
        return new StopService(
                Mechanism.PLANTED_BYTE, "%02x (%s)".formatted(planted.opcode(), planted), choice.reason());
    }

    private static StopService slots(ModeFindings findings) {
        int count = findings.executeSlots();
        if (count == 0) {
            return new StopService(
                    Mechanism.NONE, "", "no execute breakpoint in a debug register stops the guest here");
        }
        return new StopService(
                Mechanism.DEBUG_REGISTER,
                count == DebugSlots.COUNT ? "" : "(%d of four)".formatted(count),
                findings.executeSlotRefires()
                        ? PROBED + "; it fires again at once on resume, so it is disarmed for the first instruction"
                        : PROBED);
    }

    private StopService writeWatch() {
        return watches.writeSlots() ? new StopService(Mechanism.DEBUG_REGISTER, "", PROBED) : watchWithoutSlots();
    }

    private StopService accessWatch() {
        if (watches.accessSlots()) {
            return new StopService(Mechanism.DEBUG_REGISTER, "", PROBED);
        }
        return watches.pageProtection()
                ? new StopService(Mechanism.PAGE_PROTECTION, "", neverFires())
                : new StopService(
                        Mechanism.NONE,
                        "",
                        "data in a debug register never fires here, and pages cannot be "
                                + "forbidden to the guest alone: watch for writes");
    }

    private StopService watchWithoutSlots() {
        if (watches.pageProtection()) {
            return new StopService(
                    Mechanism.PAGE_PROTECTION,
                    "",
                    watches.writeSlots() ? "the debug registers are taken" : neverFires());
        }
        if (watches.readOnlySlots()) {
            return new StopService(
                    Mechanism.READ_ONLY_SLOT,
                    "",
                    (watches.writeSlots() ? "the debug registers are taken" : neverFires())
                            + "; a forbidden page does not become an exit here");
        }
        return new StopService(Mechanism.STEPPING, "", "nothing else works here; it is slow, and sees changes only");
    }

    private static String neverFires() {
        return "data in a debug register never fires here";
    }

    private static StopService step(boolean works) {
        return works
                ? new StopService(Mechanism.SINGLE_STEP, "", PROBED)
                : new StopService(Mechanism.NONE, "", "this KVM does not stop behind a single step there");
    }

    private StopService userBreakpoint(CpuMode mode, ModeFindings findings) {
        Delivery delivery = host.plantedByte()
                .instruction()
                .map(findings.user()::planted)
                .orElse(findings.user().executeSlot());
        return user(mode, delivery, breakpoint(findings));
    }

    /** User code that the processor itself executes may let its debug events go to the guest. */
    private static StopService user(CpuMode mode, Delivery delivery, StopService natively) {
        if (mode == CpuMode.REAL) {
            return new StopService(Mechanism.NONE, "", "real mode has no privilege levels");
        }
        return switch (delivery.receiver()) {
            case DEBUGGER -> natively;
            case GUEST ->
                new StopService(
                        Mechanism.GUEST_HANDLER,
                        "(vector %d)".formatted(delivery.vector()),
                        "such code runs on the processor itself: its debug events go to the guest's handlers and are fetched "
                                + "back there");
            case NOBODY -> new StopService(Mechanism.NONE, "", "the event is lost here, or cannot be undone");
        };
    }

    private StopService exception(ModeFindings findings) {
        StopService trap = breakpoint(findings);
        return new StopService(
                trap.mechanism(), trap.detail(), "KVM hands over #DB and #BP only, so a trap stands at each handler");
    }

    private static StopService eachInstruction(ModeFindings findings, String reason) {
        StopService step = step(findings.singleStep());
        return findings.singleStep()
                ? new StopService(step.mechanism(), "(of each instruction)", reason + ", so the guest is stepped")
                : step;
    }

    private StopService quietStep(ModeFindings findings) {
        boolean announced = (host.guestDebugControls() & Abi.GUESTDBG_BLOCKIRQ) != 0;
        if (findings.blocksInterrupts()) {
            return new StopService(Mechanism.INTERRUPTS_HELD, "(BLOCKIRQ)", PROBED);
        }
        return new StopService(
                Mechanism.NONE,
                "",
                announced
                        ? "KVM announces BLOCKIRQ and does not hold interrupts off here"
                        : "this KVM knows no BLOCKIRQ (Linux 5.17 and newer do): a step may lead into a handler");
    }
}
