package dev.kvmdap.engine;

/**
 * How a host serves one kind of stop in one CPU mode.
 *
 * @param mechanism what makes the guest stop
 * @param detail what more there is to say of it, such as which byte; may be empty
 * @param reason why this one
 */
public record StopService(Mechanism mechanism, String detail, String reason) {

    /** For people: the mechanism in a few words. */
    public String text() {
        return detail.isEmpty() ? mechanism.term() : mechanism.term() + " " + detail;
    }
}
