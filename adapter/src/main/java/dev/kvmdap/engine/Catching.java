package dev.kvmdap.engine;

/** By what means a {@link Catchpoint} notices what it waits for. */
public sealed interface Catching {

    /** For people. */
    String text();

    /** KVM leaves the guest for it anyway: no cost. */
    record Exits() implements Catching {
        @Override
        public String text() {
            return "by KVM's exits, at no cost";
        }
    }

    /**
     * The guest is stepped, some microseconds for each instruction.
     *
     * @param reason why
     */
    record Stepping(String reason) implements Catching {
        @Override
        public String text() {
            return "by single-stepping the guest (slow): " + reason;
        }
    }

    /**
     * Traps stand at the places in the code where it will happen.
     *
     * @param places how many
     */
    record Trapped(int places) implements Catching {
        @Override
        public String text() {
            return "by traps at %d place%s of the known code".formatted(places, places == 1 ? "" : "s");
        }
    }
}
