package dev.kvmdap.session;

import dev.kvmdap.engine.Breakpoint;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;
import dev.kvmdap.engine.Stop;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the guest is on its way to, beyond what the engine plans: asked at each stop before the client hears of it. */
interface Course {

    /** Every stop is told. */
    Course NONE = Optional::of;

    /** The stop to be told; empty where the guest has been sent on. */
    Optional<Stop> at(Stop stop);

    /** A series of equal steps, which a stop for another reason ends. */
    final class Steps implements Course {

        private final Engine engine;
        private final int vcpu;
        private final StepKind kind;
        private final Granularity granularity;
        private int left;

        /**
         * A series whose first step is being taken.
         *
         * @param times of all its steps
         */
        Steps(Engine engine, int vcpu, StepKind kind, Granularity granularity, int times) {
            this.engine = engine;
            this.vcpu = vcpu;
            this.kind = kind;
            this.granularity = granularity;
            this.left = times - 1;
        }

        @Override
        public Optional<Stop> at(Stop stop) {
            if (!(stop instanceof Stop.Step) || left == 0) {
                return Optional.of(stop);
            }
            left--;
            engine.step(vcpu, kind, granularity);
            return Optional.empty();
        }
    }

    /**
     * A run to any of some places, where breakpoints stand for so long; the user hears of them as of the end of a step.
     *
     * @param vcpu that is to reach them
     * @param places breakpoints of the engine's
     * @param frameEnd the stack's top once the frame has returned in which the places count, unsigned; empty where they count
     *     in every frame
     */
    record ToPlaces(Engine engine, int vcpu, List<Breakpoint> places, OptionalLong frameEnd) implements Course {

        @Override
        public Optional<Stop> at(Stop stop) {
            if (!(stop instanceof Stop.Breakpoints breakpoints)) {
                return Optional.of(arrived(stop));
            }
            List<Breakpoint> others = breakpoints.hit().stream()
                    .filter(hit -> !places.contains(hit))
                    .toList();
            if (!others.isEmpty()) {
                return Optional.of(arrived(new Stop.Breakpoints(stop.vcpu(), others, breakpoints.problem())));
            }
            if (stop.vcpu() != vcpu || isDeeper()) {
                engine.resume();
                return Optional.empty();
            }
            return Optional.of(arrived(new Stop.Step(stop.vcpu())));
        }

        /** Whether the vCPU is in a frame that was called from the one in which the places count. */
        private boolean isDeeper() {
            List<Frame> callers = engine.stack(vcpu, 1, 1);
            return frameEnd.isPresent()
                    && !callers.isEmpty()
                    && Long.compareUnsigned(callers.get(0).registers().stackPointer(), frameEnd.getAsLong()) < 0;
        }

        private Stop arrived(Stop stop) {
            places.forEach(engine::removeBreakpoint);
            return stop;
        }
    }
}
