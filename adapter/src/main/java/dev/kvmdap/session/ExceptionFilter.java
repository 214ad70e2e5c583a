package dev.kvmdap.session;

import dev.kvmdap.console.Catchable;
import dev.kvmdap.device.PortRange;
import dev.kvmdap.engine.PortDirection;
import dev.kvmdap.engine.Trigger;
import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the client offers the user to stop at, as the protocol knows it: exceptions, and what else can happen to a guest
 * anywhere.
 *
 * @param id its name in requests
 * @param label for people
 * @param description a sentence more, for people
 * @param byDefault whether it is chosen where the user has not chosen
 * @param what it stops at
 * @param example a condition; empty where none can be added
 */
public record ExceptionFilter(
        String id, String label, String description, boolean byDefault, Catchable what, String example) {

    /** The machine would reset. */
    public static final ExceptionFilter TRIPLE_FAULT = new ExceptionFilter(
            "triple-fault",
            "Triple fault",
            "Stop with a story of what led there. Without this filter the machine resets, as hardware does.",
            true,
            new Catchable.TripleFault(),
            "");

    /** KVM cannot go on. */
    public static final ExceptionFilter INTERNAL_ERROR = new ExceptionFilter(
            "internal-error",
            "KVM internal error",
            "This host's KVM cannot go on with the guest. It stops there with and without this filter.",
            true,
            new Catchable.KvmFailure(),
            "");

    private static final ExceptionFilter MODE_SWITCH = happening(
            "mode-switch",
            "CPU-mode switch",
            "Stop behind the instruction that changes the mode: real, protected, compatibility, long. The guest is stepped.",
            Trigger.ModeSwitch.any(),
            "mode == long && from == compatibility");

    private static final ExceptionFilter IO_PORT = happening(
            "io-port",
            "I/O port access",
            "Stop behind IN, OUT, INS and OUTS. The condition says at which ports; at all of them the guest is stepped.",
            new Trigger.Ports(PortRange.ALL, PortDirection.BOTH),
            "port >= 0x3f8 && port <= 0x3ff && out");

    private static final ExceptionFilter MAGIC_BREAK = happening(
            "magic-break",
            "Magic break",
            "Stop at xchg bx, bx, by which a guest asks Bochs for its debugger. The guest is stepped.",
            new Trigger.MagicBreak(),
            "$rax == 1");

    private static final ExceptionFilter UNHANDLED_MMIO = happening(
            "unhandled-mmio",
            "Unhandled MMIO",
            "Stop behind an access to a physical address at which there is neither RAM nor a device.",
            new Trigger.NothingThere(),
            "address >= 0xc0000000 && write");

    private static final String EXCEPTION_EXAMPLE = "cpl == 0 && cr2 < 4096";

    /** All filters, in the order in which they are offered. */
    public static final List<ExceptionFilter> ALL = all();

    private static List<ExceptionFilter> all() {
        List<ExceptionFilter> all = new ArrayList<>();
        all.add(TRIPLE_FAULT);
        all.add(INTERNAL_ERROR);
        all.add(of(X86Exception.DOUBLE_FAULT, true));
        all.add(anyFault());
        all.addAll(List.of(MODE_SWITCH, IO_PORT, MAGIC_BREAK, UNHANDLED_MMIO));
        for (X86Exception kind : X86Exception.values()) {
            if (kind != X86Exception.DOUBLE_FAULT) {
                all.add(of(kind, false));
            }
        }
        return List.copyOf(all);
    }

    private static ExceptionFilter anyFault() {
        return new ExceptionFilter(
                "fault",
                "Any fault",
                "Stop at the handler of every fault: "
                        + Catchable.Exceptions.EVERY_FAULT.kinds().stream()
                                .sorted()
                                .map(X86Exception::mnemonic)
                                .collect(Collectors.joining(", ")),
                false,
                Catchable.Exceptions.EVERY_FAULT,
                EXCEPTION_EXAMPLE);
    }

    private static ExceptionFilter of(X86Exception kind, boolean byDefault) {
        return new ExceptionFilter(
                kind.mnemonic().replace("#", "").toLowerCase(Locale.ROOT),
                kind.toString(),
                "Stop at its handler, vector %d; it is a%s %s."
                        .formatted(
                                kind.vector(),
                                "aeiou".indexOf(kind.type().term().charAt(0)) < 0 ? "" : "n",
                                kind.type().term()),
                byDefault,
                new Catchable.Exceptions(Set.of(kind)),
                EXCEPTION_EXAMPLE);
    }

    private static ExceptionFilter happening(
            String id, String label, String description, Trigger trigger, String example) {
        return new ExceptionFilter(id, label, description, false, new Catchable.Happening(trigger), example);
    }

    /** The filter of a name. */
    public static Optional<ExceptionFilter> named(String id) {
        return ALL.stream().filter(filter -> filter.id.equals(id)).findFirst();
    }

    /** What a condition is like and may name, for people; empty where none can be added. */
    public String conditionDescription() {
        return what.takesCondition()
                ? "such as: %s (also %s)"
                        .formatted(
                                example,
                                Stream.concat(
                                                CatchConditions.names(what).stream()
                                                        .filter(name -> !example.matches(".*\\b" + name + "\\b.*")),
                                                Stream.of("$rax", "globals"))
                                        .distinct()
                                        .collect(Collectors.joining(", ")))
                : "";
    }
}
