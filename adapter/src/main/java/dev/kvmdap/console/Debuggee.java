package dev.kvmdap.console;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.symbols.Symbols;

/** The guest as the console's verbs see it, running or stopped. On the session thread. */
public interface Debuggee {

    /** Whether the guest stands still. */
    boolean stopped();

    /**
     * The frame that the user looks at.
     *
     * @throws RuntimeException one that is for people, where the guest runs
     */
    ConsoleTarget frame();

    /**
     * The call stacks.
     *
     * @throws RuntimeException one that is for people, where the guest runs
     */
    CallStacks stacks();

    /** Runs, steps and pauses. */
    Execution execution();

    /** What the guest stops at. */
    StopPoints stopPoints();

    /** How integers are written for the user. */
    NumberFormat numberFormat();

    /** Chooses how integers are written for the user; what he looks at is shown anew. */
    void setNumberFormat(NumberFormat format);

    /** What is known of its code. */
    Symbols symbols();
}
