package dev.kvmdap.session;

import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A kind of exception that the user may choose to stop at.
 *
 * @param id its name in requests
 * @param label for people
 * @param description a sentence more, for people
 * @param byDefault whether it is chosen where the user has not chosen
 * @param kinds the exceptions that it stands for; empty for what is none of the guest's
 */
public record ExceptionFilter(String id, String label, String description, boolean byDefault, Set<X86Exception> kinds) {

    /** The machine would reset. */
    public static final ExceptionFilter TRIPLE_FAULT = new ExceptionFilter(
            "triple-fault",
            "Triple fault",
            "Stop with a story of what led there. Without this filter the machine resets, as hardware does.",
            true,
            Set.of());

    /** KVM cannot go on. */
    public static final ExceptionFilter INTERNAL_ERROR = new ExceptionFilter(
            "internal-error",
            "KVM internal error",
            "This host's KVM cannot go on with the guest. It stops there with and without this filter.",
            true,
            Set.of());

    /** All filters, in the order in which they are offered. */
    public static final List<ExceptionFilter> ALL = all();

    private static List<ExceptionFilter> all() {
        List<ExceptionFilter> all = new ArrayList<>();
        all.add(TRIPLE_FAULT);
        all.add(INTERNAL_ERROR);
        all.add(of(X86Exception.DOUBLE_FAULT, true));
        all.add(anyFault());
        for (X86Exception kind : X86Exception.values()) {
            if (kind != X86Exception.DOUBLE_FAULT) {
                all.add(of(kind, false));
            }
        }
        return List.copyOf(all);
    }

    private static ExceptionFilter anyFault() {
        EnumSet<X86Exception> faults = EnumSet.noneOf(X86Exception.class);
        Stream.of(X86Exception.values())
                .filter(kind -> kind.type() == X86Exception.Type.FAULT)
                .forEach(faults::add);
        return new ExceptionFilter(
                "fault",
                "Any fault",
                "Stop at the handler of every fault: "
                        + faults.stream().map(X86Exception::mnemonic).collect(Collectors.joining(", ")),
                false,
                Set.copyOf(faults));
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
                Set.of(kind));
    }

    /** The filter of a name. */
    public static Optional<ExceptionFilter> named(String id) {
        return ALL.stream().filter(filter -> filter.id.equals(id)).findFirst();
    }

    /** Whether a condition may be added: it is evaluated where the guest enters a handler. */
    public boolean takesCondition() {
        return !kinds.isEmpty();
    }
}
