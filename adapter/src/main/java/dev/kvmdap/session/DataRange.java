package dev.kvmdap.session;

import dev.kvmdap.engine.FrameScope;
import dev.kvmdap.x86.GuestVirtual;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stretch of memory to be watched, in the form in which the client keeps it: {@code 0x…/length}, behind it the activation
 * of a function that a variable belongs to, and its name. Without an activation it outlives the session.
 *
 * @param address linear address of the first byte
 * @param length in bytes, 1 to {@link #LONGEST}
 * @param scope the activation with which the memory ends; empty where it exists always
 * @param name an expression for the memory; empty where it is but an address
 */
public record DataRange(GuestVirtual address, int length, Optional<FrameScope> scope, String name) {

    /** More than this is not watched by one breakpoint. */
    public static final int LONGEST = 4096;

    private static final String NUMBER = "0x([0-9a-f]{1,16})";
    private static final Pattern DATA_ID = Pattern.compile(
            NUMBER + "/([0-9]{1,4})(?: until " + NUMBER + " at " + NUMBER + " in " + NUMBER + ")?(?: (.+))?",
            Pattern.DOTALL);

    /**
     * Checks the length.
     *
     * @throws RequestFailure where it is out of range
     */
    public DataRange {
        if (length < 1 || length > LONGEST) {
            throw RequestFailure.badArguments(length + " bytes cannot be watched at once; 1 to " + LONGEST + " can");
        }
    }

    /**
     * Reads what {@link #dataId} has written.
     *
     * @throws RequestFailure where the text is nothing of the kind
     */
    public static DataRange parse(String dataId) {
        Matcher matcher = DATA_ID.matcher(dataId);
        if (!matcher.matches()) {
            throw RequestFailure.badArguments(
                    "'" + dataId
                            + "' is no data id; ask for one by dataBreakpointInfo, or write an address and a length: 0x1000/4, or I/O ports: io:0x3f8");
        }
        Optional<FrameScope> scope = matcher.group(3) == null
                ? Optional.empty()
                : Optional.of(
                        new FrameScope(new GuestVirtual(number(matcher, 4)), number(matcher, 3), number(matcher, 5)));
        String name = matcher.group(6);
        return new DataRange(
                new GuestVirtual(number(matcher, 1)),
                Integer.parseInt(matcher.group(2)),
                scope,
                name == null ? "" : name);
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseUnsignedLong(matcher.group(group), 16);
    }

    /** What the client sends back to set a breakpoint here. */
    public String dataId() {
        String until = scope.map(activation -> " until 0x%x at %s in 0x%x"
                        .formatted(activation.end(), activation.returnAddress(), activation.callerEnd()))
                .orElse("");
        return address + "/" + length + until + (name.isEmpty() ? "" : " " + name);
    }

    /** For people: the name, or the address. */
    public String term() {
        return name.isEmpty() ? address.toString() : name;
    }
}
