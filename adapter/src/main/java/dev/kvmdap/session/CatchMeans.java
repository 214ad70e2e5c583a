package dev.kvmdap.session;

import dev.kvmdap.engine.Catchpoint;
import dev.kvmdap.engine.ExceptionTrap;
import dev.kvmdap.engine.Stop;

/** By what means a catchpoint of the user's stops the guest. */
sealed interface CatchMeans {

    /** Whether the guest stops. */
    boolean works();

    /** For people: by what means, or why not. */
    String text();

    /** Whether a stop is one of its. */
    boolean hasMade(Stop stop);

    /** Something that the guest does is looked out for. */
    record Watched(Catchpoint point) implements CatchMeans {
        @Override
        public boolean works() {
            return true;
        }

        @Override
        public String text() {
            return point.catching().text();
        }

        @Override
        public boolean hasMade(Stop stop) {
            return stop instanceof Stop.Caught caught && caught.hit().contains(point);
        }
    }

    /** Traps stand at the handlers of exceptions. */
    record AtHandlers(ExceptionTrap trap) implements CatchMeans {
        @Override
        public boolean works() {
            return trap.status().works();
        }

        @Override
        public String text() {
            return trap.status().text();
        }

        @Override
        public boolean hasMade(Stop stop) {
            return stop instanceof Stop.Raised raised && raised.hit().contains(trap);
        }
    }

    /** KVM leaves the guest for it, whoever wants it or not. */
    record Exit(Class<? extends Stop> stop) implements CatchMeans {
        @Override
        public boolean works() {
            return true;
        }

        @Override
        public String text() {
            return "KVM tells of it by an exit";
        }

        @Override
        public boolean hasMade(Stop made) {
            return stop.isInstance(made);
        }
    }

    /** Nothing stops the guest. */
    record None(String problem) implements CatchMeans {
        @Override
        public boolean works() {
            return false;
        }

        @Override
        public String text() {
            return problem;
        }

        @Override
        public boolean hasMade(Stop stop) {
            return false;
        }
    }
}
