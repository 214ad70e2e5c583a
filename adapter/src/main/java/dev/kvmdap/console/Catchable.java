package dev.kvmdap.console;

import dev.kvmdap.engine.Trigger;
import dev.kvmdap.x86.X86Exception;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;

/** What the user can be stopped at wherever the guest is: no place in its code and no memory. */
public sealed interface Catchable {

    /** For people: a few words. */
    String description();

    /** Whether a condition can choose among its occurrences. */
    default boolean takesCondition() {
        return true;
    }

    /** Something that the guest does. */
    record Happening(Trigger trigger) implements Catchable {
        @Override
        public String description() {
            return trigger.description();
        }
    }

    /** Exceptions, at their handlers. */
    record Exceptions(Set<X86Exception> kinds) implements Catchable {

        /** All faults, of whatever kind. */
        public static final Exceptions EVERY_FAULT = new Exceptions(Arrays.stream(X86Exception.values())
                .filter(kind -> kind.type() == X86Exception.Type.FAULT)
                .collect(Collectors.toSet()));

        public Exceptions {
            kinds = Set.copyOf(kinds);
        }

        @Override
        public String description() {
            return kinds.size() == 1
                    ? "exception " + kinds.iterator().next()
                    : "exceptions "
                            + kinds.stream()
                                    .sorted(Comparator.naturalOrder())
                                    .map(X86Exception::mnemonic)
                                    .collect(Collectors.joining(", "));
        }
    }

    /** The triple fault, which would reset the machine. */
    record TripleFault() implements Catchable {
        @Override
        public String description() {
            return "triple fault";
        }

        @Override
        public boolean takesCondition() {
            return false;
        }
    }

    /** KVM gives up on the guest. */
    record KvmFailure() implements Catchable {
        @Override
        public String description() {
            return "KVM internal error";
        }

        @Override
        public boolean takesCondition() {
            return false;
        }
    }
}
