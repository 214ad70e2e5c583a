package dev.kvmdap.engine;

/** What must hold for an exception to stop the guest. */
@FunctionalInterface
public interface ExceptionCondition {

    /**
     * Whether the guest shall stop. Called on the vCPU's thread at every exception, with the vCPU at its handler.
     *
     * @throws Condition.ConditionException where the condition has no value now: the guest stops and says so
     */
    boolean holds(Cpu cpu, RaisedException raised);
}
