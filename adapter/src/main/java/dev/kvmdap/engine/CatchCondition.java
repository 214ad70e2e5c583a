package dev.kvmdap.engine;

/** What must hold for a {@link Catchpoint} to stop the guest. Asked on the vCPU's thread at every occurrence. */
@FunctionalInterface
public interface CatchCondition {

    /** Always. */
    CatchCondition NONE = (cpu, what) -> true;

    /**
     * Whether to stop.
     *
     * @throws Condition.ConditionException what could not be evaluated; the guest stops and the stop says it
     */
    boolean holds(Cpu cpu, Occurrence what);
}
