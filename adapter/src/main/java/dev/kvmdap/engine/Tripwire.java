package dev.kvmdap.engine;

import org.jspecify.annotations.Nullable;

/**
 * A trap of the engine's own, which is nobody's breakpoint: it decides itself what it means that execution has come to its
 * place. Set by {@link Traps#add(Tripwire, dev.kvmdap.x86.GuestVirtual, BreakpointMode, Cpu)}.
 */
@FunctionalInterface
interface Tripwire {

    /**
     * A vCPU is about to execute the instruction.
     *
     * @return the stop that this is; null to go on. On the vCPU's thread, where several may be at once
     */
    @Nullable Stop reached(Cpu cpu);
}
