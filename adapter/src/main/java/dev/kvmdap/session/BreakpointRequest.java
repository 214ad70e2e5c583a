package dev.kvmdap.session;

import dev.kvmdap.engine.BreakpointMode;
import java.nio.file.Path;

/**
 * A breakpoint as the client asks for it. Equal requests are the same breakpoint.
 *
 * @param target where
 * @param when which hits count, and what they lead to
 * @param mode by which mechanism
 */
public record BreakpointRequest(Target target, When when, BreakpointMode mode) {

    /**
     * Which hits count, and what they lead to. Each may be empty.
     *
     * @param condition a C expression that must not be 0
     * @param hitCondition which of those hits, such as {@code >=5}
     * @param logMessage what to write instead of stopping, with expressions in braces
     */
    public record When(String condition, String hitCondition, String logMessage) {}

    /** Where a breakpoint is wanted. */
    public sealed interface Target {}

    /**
     * At a line of a source file.
     *
     * @param line from 1
     */
    public record AtLine(Path path, int line) implements Target {}

    /** At the beginning of the body of every function of a name; or at an address written {@code 0x…} or {@code *0x…}. */
    public record AtFunction(String name) implements Target {}

    /** At the instruction at a linear address. */
    public record AtInstruction(long address) implements Target {}
}
