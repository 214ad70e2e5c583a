package dev.kvmdap.engine;

import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A trap at the first instruction of an exception handler, for all exceptions that come there. */
final class HandlerTrap implements Tripwire {

    private final GuestVirtual handler;
    private final int wordBytes;
    private final Cpu cpu;
    private final List<ExceptionTrap> wanted;
    private final Set<X86Exception> kinds = EnumSet.noneOf(X86Exception.class);
    private List<X86Exception> candidates = List.of();

    /**
     * A trap that is not set yet.
     *
     * @param cpu one whose interrupt table leads there
     * @param wordBytes the size of what the gate has the processor push
     * @param wanted who wants to hear of exceptions
     */
    HandlerTrap(GuestVirtual handler, int wordBytes, Cpu cpu, List<ExceptionTrap> wanted) {
        this.handler = handler;
        this.wordBytes = wordBytes;
        this.cpu = cpu;
        this.wanted = wanted;
    }

    GuestVirtual handler() {
        return handler;
    }

    Cpu cpu() {
        return cpu;
    }

    void add(X86Exception kind) {
        kinds.add(kind);
        candidates = List.copyOf(kinds);
    }

    /** Whether the other trap serves the same exceptions in the same place. */
    boolean isLike(HandlerTrap other) {
        return handler.equals(other.handler)
                && wordBytes == other.wordBytes
                && kinds.equals(other.kinds)
                && wanted.equals(other.wanted);
    }

    boolean serves(X86Exception kind) {
        return kinds.contains(kind);
    }

    @Override
    public @Nullable Stop reached(Cpu at) {
        RaisedException raised = RaisedException.at(at, candidates, wordBytes);
        if (raised == null) {
            return null;
        }
        List<ExceptionTrap> hit = null;
        String problem = "";
        for (ExceptionTrap trap : wanted) {
            if (Collections.disjoint(trap.kinds(), raised.kinds())) {
                continue;
            }
            ExceptionCondition condition = trap.condition();
            try {
                if (condition != null && !condition.holds(at, raised)) {
                    continue;
                }
            } catch (ConditionException e) {
                problem = String.valueOf(e.getMessage());
            }
            hit = hit == null ? new ArrayList<>() : hit;
            hit.add(trap);
        }
        return hit == null ? null : new Stop.Raised(at.index(), raised, List.copyOf(hit), problem);
    }
}
