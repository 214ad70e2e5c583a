package dev.kvmdap.cli;

import dev.kvmdap.engine.StopService;
import dev.kvmdap.engine.StopServices;
import dev.kvmdap.engine.StopServices.Kind;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Capability;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.ModeFindings;
import dev.kvmdap.kvm.PlantedByte;
import dev.kvmdap.kvm.UserFindings;
import dev.kvmdap.x86.CpuMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The findings of the host probe as a person reads them: a table of what was tried, and what follows from it. */
final class HostReport {

    private static final int LABEL = 26;
    private static final int COLUMN = 10;

    private final HostFindings findings;
    private final StringBuilder text = new StringBuilder();

    HostReport(HostFindings findings) {
        this.findings = findings;
    }

    /** The report; it ends with a line end. */
    String text() {
        text.setLength(0);
        host();
        if (findings.isUsable()) {
            announced();
            tried();
            follows();
            line("", "This machine can run and debug guests.");
        } else {
            line("KVM", "cannot be used: " + findings.access().problem());
            line("what to do", findings.access().remedy());
        }
        return text.toString();
    }

    private void host() {
        line("kernel", "Linux " + findings.host().kernelRelease());
        line(
                "processor",
                Stream.of(findings.host().cpuModel(), findings.host().cpuVendor())
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.joining(", ")));
        line("KVM modules", String.join(", ", findings.host().kvmModules()));
    }

    private void announced() {
        line("KVM", "/dev/kvm opens, API version " + findings.apiVersion());
        line("announced debug controls", controls());
        line(
                "vCPUs, memory slots",
                "up to " + findings.capability(Capability.MAX_VCPUS) + " and "
                        + findings.capability(Capability.NR_MEMSLOTS));
    }

    private String controls() {
        Map<Integer, String> names = new LinkedHashMap<>();
        names.put(Abi.GUESTDBG_ENABLE, "ENABLE");
        names.put(Abi.GUESTDBG_SINGLESTEP, "SINGLESTEP");
        names.put(Abi.GUESTDBG_USE_SW_BP, "USE_SW_BP");
        names.put(Abi.GUESTDBG_USE_HW_BP, "USE_HW_BP");
        names.put(Abi.GUESTDBG_INJECT_DB, "INJECT_DB");
        names.put(Abi.GUESTDBG_INJECT_BP, "INJECT_BP");
        names.put(Abi.GUESTDBG_BLOCKIRQ, "BLOCKIRQ");
        return names.entrySet().stream()
                .filter(control -> (findings.guestDebugControls() & control.getKey()) != 0)
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(" "));
    }

    private void tried() {
        text.append('\n');
        row("tried, by CPU mode", CpuMode::term);
        modeRow("single step", mode -> yes(mode.singleStep()));
        modeRow("execute slots (DR0-DR3)", mode -> count(mode.executeSlots()));
        modeRow("write slots", mode -> count(mode.writeSlots()));
        modeRow("read/write slots", mode -> yes(mode.accessSlots()));
        for (PlantedByte planted : PlantedByte.values()) {
            modeRow(label(planted), mode -> stop(mode.planted(planted)));
        }
        modeRow("interrupts held off", mode -> yes(mode.blocksInterrupts()));
        modeRow("page trap", mode -> trap(mode.pageTrap()));
        modeRow("read-only memory slots", mode -> yes(mode.readOnlySlots()));
        text.append('\n');
        row("at privilege level 3", CpuMode::term);
        userRow("single step", UserFindings::singleStep);
        userRow("execute slot", UserFindings::executeSlot);
        for (PlantedByte planted : PlantedByte.values()) {
            userRow(label(planted), user -> user.planted(planted));
        }
        row(
                "page trap",
                mode -> mode == CpuMode.REAL
                        ? "-"
                        : trap(findings.findings(mode).user().pageTrap()));
        text.append('\n');
        line("registers shared by mmap", yes(findings.synchronisesRegisters()));
        line("a step stays armed", yes(findings.stepStaysArmed()));
        line("a triple fault", tripleFault());
        line("32-bit paging", findings.paging32() ? "yes" : "no: a guest in protected mode cannot switch it on");
        text.append('\n');
    }

    private String tripleFault() {
        return findings.shutdownKeepsState()
                ? "leaves the registers as they are"
                : "resets the vCPU: shown is the state in which it last entered the guest";
    }

    private static String label(PlantedByte planted) {
        return String.format(Locale.ROOT, "planted %s (%02x)", planted, planted.opcode());
    }

    private static String stop(PlantedByte.Finding finding) {
        if (!finding.stops()) {
            return finding.outcome() == PlantedByte.Outcome.GUEST ? "to guest" : "no";
        }
        return switch (finding.outcome()) {
            case DEBUG_EXIT -> "debug exit";
            case EMULATION_ERROR -> "by error";
            case HALT_EXIT -> "by halt";
            case GUEST, NOTHING -> "no";
        };
    }

    private static String trap(ModeFindings.PageTrap trap) {
        return switch (trap) {
            case MMIO_EXIT -> "exit";
            case FAULT -> "fault";
            case NONE -> "no";
        };
    }

    private void follows() {
        StopServices services = new StopServices(findings);
        text.append("what serves each kind of stop\n");
        for (Kind kind : Kind.values()) {
            Map<StopService, List<CpuMode>> served = new LinkedHashMap<>();
            for (CpuMode mode : CpuMode.values()) {
                served.computeIfAbsent(services.of(kind, mode), service -> new ArrayList<>())
                        .add(mode);
            }
            boolean everywhere = served.size() == 1;
            served.forEach((service, modes) -> line(
                    kind.term(), service.text() + (everywhere ? "" : " in " + names(modes)) + ": " + service.reason()));
        }
        text.append('\n');
    }

    private static String names(List<CpuMode> modes) {
        return modes.stream().map(CpuMode::term).collect(Collectors.joining(", ")) + " mode";
    }

    private void modeRow(String label, Function<ModeFindings, String> cell) {
        row(label, mode -> cell.apply(findings.findings(mode)));
    }

    private void userRow(String label, Function<UserFindings, UserFindings.Delivery> event) {
        row(
                label,
                mode -> mode == CpuMode.REAL
                        ? "-"
                        : received(event.apply(findings.findings(mode).user())));
    }

    private static String received(UserFindings.Delivery delivery) {
        return switch (delivery.receiver()) {
            case DEBUGGER -> "yes";
            case GUEST -> "vector " + delivery.vector();
            case NOBODY -> "no";
        };
    }

    private void row(String label, Function<CpuMode, String> cell) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-" + LABEL + "s", label));
        for (CpuMode mode : CpuMode.values()) {
            row.append(String.format(
                    Locale.ROOT, "%-" + (Math.max(COLUMN, mode.term().length()) + 2) + "s", cell.apply(mode)));
        }
        text.append(row.toString().stripTrailing()).append('\n');
    }

    private void line(String label, String value) {
        text.append(label.isEmpty() ? value : String.format(Locale.ROOT, "%-" + LABEL + "s%s", label, value))
                .append('\n');
    }

    private static String yes(boolean works) {
        return works ? "yes" : "no";
    }

    private static String count(int slots) {
        return slots == 0 ? "none" : Integer.toString(slots);
    }
}
