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
}
