package dev.kvmdap.console;

import dev.kvmdap.view.Node;
import dev.kvmdap.view.TreeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Show the state of the processor and the machine, as the trees of variables have it. */
final class StateVerbs {

    private static final int DEEP = 2;

    private StateVerbs() {}

    static List<Verb> all() {
        return List.of(
                system("gdt", "the global descriptor table, entry by entry", 1, "GDT"),
                system("ldt", "the local descriptor table, entry by entry", 1, "LDT"),
                system(
                        "idt",
                        "the interrupt descriptor table, with handlers by name; in real mode the vector table",
                        1,
                        "IDT",
                        "IVT"),
                system("tss", "the task-state segment", 1, "TSS"),
                registers("cr", "the control registers, by bit name", "Control"),
                registers("dr", "the guest's own debug registers", "Debug"),
                registers("float", "the x87's registers", "x87"),
                registers("vector", "vector registers", "SSE", "AVX", "AVX-512"),
                modelSpecific(),
                system("lapic", "the local APIC", 1, "Local APIC"),
                system("ioapic", "the I/O APIC", 1, "I/O APIC"),
                system("pic", "the two interrupt controllers of a PC", 1, "PIC 1", "PIC 2"),
                system("pit", "the timer", DEEP, "PIT"),
                system("uart", "the serial line", 1, "COM1"),
                system("events", "what is on its way into the vCPU", 1, "Pending events"),
                system("ports", "which device answers at which I/O ports", 1, "I/O ports"),
                device());
    }

    private static Verb system(String name, String what, int depth, String... rows) {
        return verb(name, what, (argument, debuggee) -> {
            Arguments.none("info " + name, argument);
            return text(debuggee.frame().systemView(), depth, debuggee, rows);
        });
    }

    private static Verb registers(String name, String what, String... groups) {
        return verb(name, what, (argument, debuggee) -> {
            Arguments.none("info " + name, argument);
            return text(debuggee.frame().registersView(), 1, debuggee, groups);
        });
    }

    private static Verb verb(String name, String what, PlainVerb.Deed deed) {
        return new PlainVerb(
                List.of("i(nfo) " + name),
                "info " + name,
                "show " + what,
                "info " + name + "    " + what
                        + "\nThe scopes Registers and System show the same as trees, where values can be changed.",
                ArgumentKind.FREE,
                deed);
    }

    /** The rows below those of these names; several with their names above. */
    private static String text(Node root, int depth, Debuggee debuggee, String... names) {
        List<Node> found = root.children().stream()
                .filter(row -> List.of(names).contains(row.name()))
                .toList();
        if (found.isEmpty()) {
            throw new ConsoleException("this machine has no " + String.join(" and no ", names));
        }
        List<String> parts = new ArrayList<>();
        for (Node row : found) {
            String heading = (row.name() + "  " + row.value(debuggee.numberFormat())).strip();
            String below = TreeText.below(row, depth, debuggee.numberFormat());
            boolean plain =
                    found.size() == 1 && row.value(debuggee.numberFormat()).isEmpty();
            parts.add(plain ? below : (heading + "\n" + below.indent(2).stripTrailing()).strip());
        }
        return String.join("\n", parts);
    }

    private static Verb modelSpecific() {
        return new PlainVerb(
                List.of("i(nfo) msr"),
                "info msr [NAME]",
                "show the model-specific registers that KVM has",
                """
                info msr          all that KVM lists for this host
                info msr STAR     those whose names contain a text
                One is an expression too: $IA32_LSTAR, $IA32_EFER.NXE, $msr(0xc0000080).""",
                ArgumentKind.FREE,
                (argument, debuggee) -> {
                    String wanted = argument.toUpperCase(Locale.ROOT);
                    String lines = TreeText.below(
                            group(debuggee.frame().registersView(), "Model-specific"), 1, debuggee.numberFormat());
                    String matching = lines.lines()
                            .filter(line -> line.split(" ", 2)[0].contains(wanted))
                            .collect(Collectors.joining("\n"));
                    if (matching.isEmpty()) {
                        throw new ConsoleException("KVM has no model-specific register whose name contains '" + argument
                                + "': 'info msr' lists them");
                    }
                    return matching;
                });
    }

    private static Verb device() {
        return new PlainVerb(
                List.of("i(nfo) dev(ice)"),
                "info device [NAME]",
                "show what a device keeps",
                """
                info device                        the names of all
                info device keyboard controller    one of them""",
                ArgumentKind.SYSTEM_PART,
                (argument, debuggee) -> {
                    Node system = debuggee.frame().systemView();
                    List<String> names =
                            system.children().stream().map(Node::name).toList();
                    if (argument.isEmpty()) {
                        return String.join("\n", names);
                    }
                    String name = names.stream()
                            .filter(known -> known.equalsIgnoreCase(argument))
                            .findFirst()
                            .orElseThrow(() -> new ConsoleException(
                                    "there is no '" + argument + "' here: one of " + String.join(", ", names)));
                    return text(system, DEEP, debuggee, name);
                });
    }

    static Node group(Node root, String name) {
        return root.children().stream()
                .filter(row -> row.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new ConsoleException("there is no '" + name + "': one of "
                        + root.children().stream().map(Node::name).collect(Collectors.joining(", "))));
    }
}
