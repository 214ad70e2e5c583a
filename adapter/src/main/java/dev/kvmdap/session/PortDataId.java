package dev.kvmdap.session;

import dev.kvmdap.console.PortText;
import dev.kvmdap.device.PortRange;

/**
 * I/O ports to be watched as if they were data, in the form in which the client keeps them: {@code io:0x3f8} or
 * {@code io:0x3f8-0x3ff}. It outlives the session.
 */
public record PortDataId(PortRange ports) {

    private static final String PREFIX = "io:";

    /** Whether a data id, or the name of what is to be watched, is one of ports. */
    public static boolean isOne(String text) {
        return text.startsWith(PREFIX);
    }

    /**
     * Reads what {@link #dataId} has written, or a user.
     *
     * @throws RequestFailure where the text names no ports
     */
    public static PortDataId parse(String text) {
        return PortText.read(text.substring(PREFIX.length()))
                .map(PortDataId::new)
                .orElseThrow(() -> RequestFailure.badArguments(
                        "'" + text + "' names no I/O ports: behind '" + PREFIX + "', " + PortText.FORMS));
    }

    /**
     * As many ports from the first one on.
     *
     * @throws RequestFailure where there are not so many
     */
    public PortDataId withCount(int count) {
        try {
            return new PortDataId(new PortRange(ports.first(), count));
        } catch (IllegalArgumentException beyond) {
            throw RequestFailure.badArguments(String.valueOf(beyond.getMessage()));
        }
    }

    /** What the client sends back to set a breakpoint here. */
    public String dataId() {
        return PREFIX + ports;
    }
}
