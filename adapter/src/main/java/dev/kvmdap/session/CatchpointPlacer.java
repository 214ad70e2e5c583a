package dev.kvmdap.session;

import dev.kvmdap.console.Catchable;
import dev.kvmdap.device.PortRange;
import dev.kvmdap.engine.CatchCondition;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.ExceptionCondition;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.engine.Trigger;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Interval;
import dev.kvmdap.session.BreakpointRequest.When;

/** Has a guest stop at what catchpoints wait for. */
final class CatchpointPlacer {

    private final Engine engine;
    private final CatchConditions conditions;

    CatchpointPlacer(Engine engine) {
        this.engine = engine;
        this.conditions = new CatchConditions(engine.symbols());
    }

    /** What sets them. */
    Engine engine() {
        return engine;
    }

    /** What their conditions may be. */
    CatchConditions conditions() {
        return conditions;
    }

    /**
     * Sets a catchpoint; where that cannot be the answer says why.
     *
     * @param hits where its hits are counted
     */
    CatchMeans place(CatchRequest request, Hits hits) {
        try {
            conditions.check(request.what(), request.when().condition());
            if (request.what() instanceof Catchable.Happening happening) {
                return happening(happening.trigger(), request.when(), hits);
            }
            if (request.what() instanceof Catchable.Exceptions exceptions) {
                return new CatchMeans.AtHandlers(
                        engine.addExceptionTrap(exceptions.kinds(), exception(request.when(), hits)));
            }
            return new CatchMeans.Exit(
                    request.what() instanceof Catchable.TripleFault
                            ? Stop.TripleFault.class
                            : Stop.KvmInternalError.class);
        } catch (RequestFailure wrong) {
            return new CatchMeans.None(String.valueOf(wrong.getMessage()));
        }
    }

    private CatchMeans happening(Trigger trigger, When when, Hits hits) {
        String text = when.condition();
        Trigger narrowed = trigger instanceof Trigger.Ports ports && !text.isBlank() ? narrowed(ports, text) : trigger;
        CatchCondition condition = text.isBlank() ? CatchCondition.NONE : conditions.condition(trigger, text);
        HitPolicy policy = HitPolicy.counting(when.hitCondition(), hits);
        return new CatchMeans.Watched(
                engine.addCatchpoint(narrowed, (cpu, what) -> condition.holds(cpu, what) && policy.holds(cpu)));
    }

    /** Of all ports only those that the condition has a chance at, since some are costly to watch. */
    private static Trigger.Ports narrowed(Trigger.Ports wanted, String condition) {
        Interval all = new Interval(0, PortRange.ALL.count() - 1L);
        Interval chance = Expression.parse(condition).bounds("port", all);
        if (chance.isEmpty()) {
            throw RequestFailure.badArguments("condition: '" + condition + "' holds at no port");
        }
        PortRange ports = new PortRange((int) chance.least(), (int) (chance.most() - chance.least()) + 1);
        return wanted.ports().equals(PortRange.ALL) ? new Trigger.Ports(ports, wanted.access()) : wanted;
    }

    private ExceptionCondition exception(When when, Hits hits) {
        HitPolicy policy = HitPolicy.counting(when.hitCondition(), hits);
        if (when.condition().isBlank()) {
            return (cpu, exception) -> policy.holds(cpu);
        }
        ExceptionCondition condition = conditions.exception(when.condition());
        return (cpu, exception) -> condition.holds(cpu, exception) && policy.holds(cpu);
    }

    /** Has the guest stop no more. */
    void remove(CatchMeans means) {
        if (means instanceof CatchMeans.Watched watched) {
            engine.removeCatchpoint(watched.point());
        } else if (means instanceof CatchMeans.AtHandlers traps) {
            engine.removeExceptionTrap(traps.trap());
        }
    }
}
