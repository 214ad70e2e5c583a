package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Why the guest stands still. The whole guest does: no vCPU runs after a stop. */
public sealed interface Stop {

    /** The vCPU that caused it, from 0. */
    int vcpu();

    /** For people: one sentence. */
    String description();

    /** Before the guest's first instruction. */
    record Entry(int vcpu) implements Stop {
        @Override
        public String description() {
            return "Before the guest's first instruction";
        }
    }

    /**
     * At one or more breakpoints that share an address.
     *
     * @param hit those whose condition held, or had no value
     * @param problem what a condition's evaluation failed with; empty if none did
     */
    record Breakpoints(int vcpu, List<Breakpoint> hit, String problem) implements Stop {
        @Override
        public String description() {
            return problem.isEmpty() ? "At a breakpoint" : "Condition has no value: " + problem;
        }
    }

    /**
     * Behind an access to watched memory.
     *
     * @param hits the accesses whose condition held, or had no value
     * @param problem what a condition's evaluation failed with; empty if none did
     */
    record Watchpoints(int vcpu, List<WatchHit> hits, String problem) implements Stop {
        @Override
        public String description() {
            return problem.isEmpty() ? "Watched memory was accessed" : "Condition has no value: " + problem;
        }
    }

    /**
     * Something has happened that the user waited for.
     *
     * @param hit the catchpoints whose condition held, or had no value
     * @param instruction what did it, where the run loop knows it; empty where RIP is at it still
     * @param problem what a condition's evaluation failed with; empty if none did
     */
    record Caught(
            int vcpu, List<Catchpoint> hit, Occurrence what, Optional<ExecutedInstruction> instruction, String problem)
            implements Stop {
        @Override
        public String description() {
            return problem.isEmpty() ? what.description() : "Condition has no value: " + problem;
        }
    }

    /**
     * Before the first instruction of an exception's handler.
     *
     * @param exception what was raised
     * @param hit the traps that wanted it
     * @param problem what a condition's evaluation failed with; empty if none did
     */
    record Raised(int vcpu, RaisedException exception, List<ExceptionTrap> hit, String problem) implements Stop {
        @Override
        public String description() {
            String kinds = exception.kinds().stream().map(Object::toString).collect(Collectors.joining(" or "));
            return problem.isEmpty() ? kinds : kinds + "; condition has no value: " + problem;
        }
    }

    /** A step is done. */
    record Step(int vcpu) implements Stop {
        @Override
        public String description() {
            return "After a step";
        }
    }

    /**
     * The user asked for it.
     *
     * @param stuckAt linear address of the instruction that the vCPU does not get past: tried alone, it leads to itself or has no
     *     end; empty where it gets on
     */
    record Paused(int vcpu, Optional<GuestVirtual> stuckAt) implements Stop {

        /** Of a vCPU that gets on. */
        public Paused(int vcpu) {
            this(vcpu, Optional.empty());
        }

        @Override
        public String description() {
            return stuckAt.map(pc -> "Paused; the vCPU does not get past the instruction at " + pc)
                    .orElse("Paused");
        }
    }

    /**
     * HLT with nothing that could end it.
     *
     * @param reason why nothing will wake the processor
     */
    record Halted(int vcpu, String reason) implements Stop {
        @Override
        public String description() {
            return "The processor is halted: " + reason;
        }
    }

    /**
     * An exception whose delivery failed twice over (SDM vol. 3, 6.15): the machine would reset.
     *
     * @param vcpu where
     * @param lastEntry where this host's KVM has reset the vCPU, and what is shown is the state in which it last entered the
     *     guest: the linear address of its next instruction then
     */
    record TripleFault(int vcpu, Optional<GuestVirtual> lastEntry) implements Stop {
        @Override
        public String description() {
            String what = "Triple fault: an exception could not be delivered, nor could the double fault that followed";
            return lastEntry
                    .map(pc ->
                            what + ". This host's KVM has lost the state of that moment; shown is the last known one,"
                                    + " with which the vCPU entered the guest at " + pc)
                    .orElse(what);
        }
    }

    /**
     * KVM gave up on the guest (KVM api.txt, KVM_EXIT_INTERNAL_ERROR).
     *
     * @param suberror KVM's number
     * @param pc of the instruction
     * @param instruction its bytes, as far as KVM tells them
     */
    record KvmInternalError(int vcpu, int suberror, GuestVirtual pc, List<Integer> instruction) implements Stop {
        @Override
        public String description() {
            String bytes = instruction.stream().map("%02x"::formatted).collect(Collectors.joining(" "));
            return switch (suberror) {
                case 1 ->
                    "This host's KVM cannot emulate the instruction at %s%s"
                            .formatted(pc, bytes.isEmpty() ? "" : " (bytes " + bytes + ")");
                case 2 -> "An exception arose while KVM delivered another one, at " + pc;
                case 3 -> "KVM met an unexpected exit while it delivered an event, at " + pc;
                default -> "KVM internal error, suberror " + suberror + ", at " + pc;
            };
        }
    }

    /**
     * An exit that a bare-metal guest should not cause.
     *
     * @param text KVM's name of it and its data
     */
    record UnexpectedExit(int vcpu, String text) implements Stop {
        @Override
        public String description() {
            return "Unexpected exit from KVM: " + text;
        }
    }

    /**
     * The guest ended itself by the exit port or by a shutdown event; nothing of it runs any more.
     *
     * @param exitCode what it wants to be known as
     */
    record Ended(int vcpu, int exitCode) implements Stop {
        @Override
        public String description() {
            return "The guest ended with code " + exitCode;
        }
    }

    /**
     * The guest asked its machine for a reset.
     *
     * @param cause by which device
     */
    record Reset(int vcpu, String cause) implements Stop {
        @Override
        public String description() {
            return "The guest reset its machine: " + cause;
        }
    }
}
