package dev.kvmdap.session;

import dev.kvmdap.x86.GuestVirtual;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stretch of memory to be watched, in the form in which the client keeps it: {@code 0x…/length}. It names an address, so
 * it outlives the session.
 *
 * @param address linear address of the first byte
 * @param length in bytes, 1 to {@link #LONGEST}
 */
public record DataRange(GuestVirtual address, int length) {

    /** More than this is not watched by one breakpoint. */
    public static final int LONGEST = 4096;

    private static final Pattern DATA_ID = Pattern.compile("0x([0-9a-f]{1,16})/([0-9]{1,4})");

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
            throw RequestFailure.badArguments("'" + dataId
                    + "' is no data id; ask for one by dataBreakpointInfo, or write an address and a length: 0x1000/4");
        }
        return new DataRange(
                new GuestVirtual(Long.parseUnsignedLong(matcher.group(1), 16)), Integer.parseInt(matcher.group(2)));
    }

    /** What the client sends back to set a breakpoint here. */
    public String dataId() {
        return address + "/" + length;
    }
}
