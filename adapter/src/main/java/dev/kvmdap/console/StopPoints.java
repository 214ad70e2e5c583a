package dev.kvmdap.console;

import dev.kvmdap.engine.BreakpointMode;
import dev.kvmdap.engine.WatchAccess;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the guest stops at: breakpoints, watchpoints and catchpoints, those of the console and those of the client's own. */
public interface StopPoints {

    /**
     * A breakpoint to be set.
     *
     * @param mode by which mechanism; null for what the launch configuration says
     * @param condition a C expression, or empty
     * @param message what to write instead of stopping, with expressions in braces; or empty
     * @param temporary whether it goes with its first stop
     */
    record NewBreakpoint(
            CodeLocation place, @Nullable BreakpointMode mode, String condition, String message, boolean temporary) {}

    /**
     * A watchpoint to be set.
     *
     * @param what the words of the user for it
     * @param address linear address of the first byte
     * @param length in bytes
     * @param condition a C expression, or empty
     * @param variable whether it is a variable that is meant, which may end with its function; otherwise any memory
     */
    record NewWatchpoint(
            String what, long address, int length, WatchAccess access, String condition, boolean variable) {}

    /**
     * A catchpoint to be set.
     *
     * @param condition a C expression, or empty
     * @param temporary whether it goes with its first stop
     */
    record NewCatchpoint(Catchable what, String condition, boolean temporary) {}

    /** All, by number. */
    List<StopPoint> all();

    /**
     * Sets a breakpoint.
     *
     * @throws ConsoleException where the guest would not stop at it: why, and what to do
     */
    StopPoint set(NewBreakpoint wanted);

    /**
     * Sets a watchpoint.
     *
     * @throws ConsoleException where accesses would not be noticed: why, and what to do
     */
    StopPoint set(NewWatchpoint wanted);

    /**
     * Sets a catchpoint.
     *
     * @throws ConsoleException where the guest would not stop: why, and what to do
     */
    StopPoint set(NewCatchpoint wanted);

    /** Those that the last stop was at. */
    List<StopPoint> hit();

    /** The one of a number. */
    default Optional<StopPoint> find(int number) {
        return all().stream().filter(point -> point.number() == number).findFirst();
    }

    /** Takes one away. */
    void delete(int number);

    /** Switches one on or off; off, it keeps its number. */
    void enable(int number, boolean enabled);

    /**
     * Makes one stop only where an expression is not 0.
     *
     * @param expression empty for always
     * @throws ConsoleException where it is no expression, or one that has no meaning there
     */
    void condition(int number, String expression);

    /** Lets the next hits of one pass. */
    void ignore(int number, long hits);
}
