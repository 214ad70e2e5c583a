package dev.kvmdap.console;

import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;

/**
 * Lets the guest run. Each method returns at once; the stop that it leads to is told later. All but {@link #restart} and
 * {@link #interrupt} need a stopped guest.
 */
public interface Execution {

    /** Lets the guest run until something stops it. */
    void resume();

    /**
     * Steps the vCPU of the chosen frame.
     *
     * @param times from 1; a stop for another reason ends the series
     */
    void step(StepKind kind, Granularity granularity, int times);

    /** Runs until the chosen frame has returned. */
    void finish();

    /**
     * Runs until a place is reached, or the chosen frame has returned.
     *
     * @param inFrame whether the place counts only in the chosen frame or one that called it, not in those that it calls
     */
    void advance(CodeLocation place, boolean inFrame);

    /**
     * Goes on from another place: the vCPU of the chosen frame executes it next. A breakpoint there is hit at once.
     *
     * @param linear the address of the instruction
     */
    void jump(long linear);

    /**
     * Launches the guest anew.
     *
     * @param stopAtEntry whether it stands before its first instruction, whatever the launch configuration says
     */
    void restart(boolean stopAtEntry);

    /** Stops the guest soon; nothing happens where it stands still. */
    void interrupt();
}
