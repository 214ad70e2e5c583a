package dev.kvmdap.session;

import dev.kvmdap.console.Catchable;
import dev.kvmdap.engine.CatchCondition;
import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.engine.ExceptionCondition;
import dev.kvmdap.engine.Occurrence;
import dev.kvmdap.engine.Occurrence.ModeSwitch;
import dev.kvmdap.engine.Occurrence.NothingThere;
import dev.kvmdap.engine.Occurrence.PortAccess;
import dev.kvmdap.engine.RaisedException;
import dev.kvmdap.engine.Trigger;
import dev.kvmdap.expression.Bound;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.session.EventNames.At;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.x86.CpuMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** The conditions of catchpoints: what they may name, by what is caught. */
final class CatchConditions {

    private static final List<CpuMode> MODES = List.of(CpuMode.values());

    private static final Map<String, Operand<At<RaisedException>>> EXCEPTION = new Own<RaisedException>()
            .number("vector", exception -> exception.kind().vector())
            .wide("error", RaisedException::errorCode)
            .number("cpl", RaisedException::cpl)
            .wide("rip", RaisedException::pc)
            .wide("cr2", RaisedException::cr2)
            .names();

    private static final Map<String, Operand<At<Occurrence>>> MODE_SWITCH = new Own<Occurrence>()
            .number("mode", what -> number(((ModeSwitch) what).after()))
            .number("from", what -> number(((ModeSwitch) what).before()))
            .modes()
            .names();

    private static final Map<String, Operand<At<Occurrence>>> PORT = new Own<Occurrence>()
            .number("port", what -> ((PortAccess) what).port())
            .wide("value", what -> ((PortAccess) what).value())
            .number("size", what -> ((PortAccess) what).size())
            .truth("in", what -> !((PortAccess) what).write())
            .truth("out", what -> ((PortAccess) what).write())
            .names();

    private static final Map<String, Operand<At<Occurrence>>> NOTHING_THERE = new Own<Occurrence>()
            .wide("address", what -> ((NothingThere) what).address().address())
            .wide("value", what -> ((NothingThere) what).value())
            .number("size", what -> ((NothingThere) what).size())
            .truth("read", what -> !((NothingThere) what).write())
            .truth("write", what -> ((NothingThere) what).write())
            .names();

    private final ProgramNames program;

    CatchConditions(Symbols symbols) {
        this.program = new ProgramNames(symbols);
    }

    /** What stands for a mode in conditions. */
    private static int number(CpuMode mode) {
        return 1 + MODES.indexOf(mode);
    }

    /** The names that the condition of something has and others have not. */
    static List<String> names(Catchable what) {
        return what instanceof Catchable.Happening happening
                ? List.copyOf(own(happening.trigger()).keySet())
                : what instanceof Catchable.Exceptions ? List.copyOf(EXCEPTION.keySet()) : List.of();
    }

    private static Map<String, Operand<At<Occurrence>>> own(Trigger trigger) {
        if (trigger instanceof Trigger.ModeSwitch) {
            return MODE_SWITCH;
        }
        if (trigger instanceof Trigger.Ports) {
            return PORT;
        }
        return trigger instanceof Trigger.NothingThere ? NOTHING_THERE : Map.of();
    }

    /**
     * Whether a text can be a condition.
     *
     * @throws RequestFailure where it cannot: why
     */
    void check(Catchable what, String text) {
        if (text.isBlank()) {
            return;
        }
        if (what instanceof Catchable.Happening happening) {
            condition(happening.trigger(), text);
        } else if (what.takesCondition()) {
            exception(text);
        } else {
            throw RequestFailure.badArguments(
                    "'%s' takes no condition: the guest cannot go on there".formatted(what.description()));
        }
    }

    /**
     * A condition on something that the guest does.
     *
     * @throws RequestFailure where the text is no expression or names something unknown
     */
    CatchCondition condition(Trigger trigger, String text) {
        Map<String, Operand<At<Occurrence>>> own = own(trigger);
        Bound<At<Occurrence>> bound = bound(text, own);
        return (cpu, what) -> holds(bound, new At<>(cpu, what));
    }

    /**
     * A condition on an exception.
     *
     * @throws RequestFailure where the text is no expression or names something unknown
     */
    ExceptionCondition exception(String text) {
        Bound<At<RaisedException>> bound = bound(text, EXCEPTION);
        return (cpu, exception) -> holds(bound, new At<>(cpu, exception));
    }

    private <E> Bound<At<E>> bound(String text, Map<String, Operand<At<E>>> own) {
        try {
            return Expression.parse(text).bind(new EventNames<>(program, own)).number();
        } catch (ExpressionException wrong) {
            String names = own.isEmpty() ? "" : String.join(", ", own.keySet()) + ", ";
            throw RequestFailure.badArguments(
                    "condition: %s (it may name %sregisters and variables outside of functions)"
                            .formatted(wrong.getMessage(), names));
        }
    }

    private static <E> boolean holds(Bound<At<E>> condition, At<E> at) {
        try {
            return condition.holds(at);
        } catch (ExpressionException noValue) {
            throw new ConditionException(String.valueOf(noValue.getMessage()));
        }
    }

    /** Collects the names of one kind of event. */
    private static final class Own<E> {
        private final Map<String, Operand<At<E>>> names = new LinkedHashMap<>();

        Own<E> number(String name, ToLongFunction<E> read) {
            return add(name, IntegerType.INT, read);
        }

        Own<E> wide(String name, ToLongFunction<E> read) {
            return add(name, IntegerType.UNSIGNED_LONG, read);
        }

        Own<E> truth(String name, Predicate<E> read) {
            return number(name, event -> read.test(event) ? 1 : 0);
        }

        /** The modes by their names, as numbers that {@code mode} and {@code from} are compared with. */
        Own<E> modes() {
            for (CpuMode mode : CpuMode.values()) {
                number(mode.term(), event -> CatchConditions.number(mode));
            }
            return this;
        }

        private Own<E> add(String name, IntegerType type, ToLongFunction<E> read) {
            names.put(name, new Operand<>(type, Format.HEXADECIMAL, Place.of(at -> read.applyAsLong(at.event()))));
            return this;
        }

        Map<String, Operand<At<E>>> names() {
            return names;
        }
    }
}
