package dev.kvmdap.engine;

/** What must hold for a breakpoint to stop the guest. Asked on the vCPU thread at every hit. */
@FunctionalInterface
public interface Condition {

    /**
     * Whether to stop.
     *
     * @throws ConditionException what could not be evaluated; the guest stops and the stop says it
     */
    boolean holds(Cpu cpu);

    /** A condition that has no value here, such as one that reads unmapped memory. */
    final class ConditionException extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** With the reason, for the user. */
        public ConditionException(String message) {
            super(message);
        }
    }
}
