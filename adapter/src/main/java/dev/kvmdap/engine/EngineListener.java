package dev.kvmdap.engine;

/** Hears what happens to the guest. Called on the session thread. */
public interface EngineListener {

    /** The guest stands still. Not called for what {@link #reset} tells. */
    void stopped(Stop stop);

    /** Breakpoints or watchpoints stand otherwise than they did, by what the guest has done or to make room for others. */
    default void trapsChanged() {}

    /** The guest has reset its machine and goes on from its first instruction, breakpoints kept. */
    void reset(Stop.Reset reset);

    /** The guest has reset its machine, which could not be switched on again: there is nothing left to debug. */
    void lost(Stop.Reset reset, RuntimeException failure);
}
