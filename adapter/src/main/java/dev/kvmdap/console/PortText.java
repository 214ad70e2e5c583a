package dev.kvmdap.console;

import dev.kvmdap.device.PortRange;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads I/O ports as people write them: {@code 0x3f8}, {@code 0x3f8-0x3ff}, {@code 96}. */
public final class PortText {

    /** What can be written. */
    public static final String FORMS =
            "a port is a number from 0 to 0xffff, or two of them with a '-' between: 0x3f8-0x3ff";

    private static final String NUMBER = "(0[xX][0-9a-fA-F]{1,4}|[0-9]{1,5})";
    private static final Pattern PORTS = Pattern.compile(NUMBER + "(?:\\s*-\\s*" + NUMBER + ")?");
    private static final int LAST = PortRange.ALL.count() - 1;

    private PortText() {}

    /** The ports of a text; empty where it is none of {@link #FORMS}. */
    public static Optional<PortRange> read(String text) {
        Matcher matcher = PORTS.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int first = Integer.decode(decimal(matcher.group(1)));
        int last = matcher.group(2) == null ? first : Integer.decode(decimal(matcher.group(2)));
        return last < first || last > LAST ? Optional.empty() : Optional.of(new PortRange(first, last - first + 1));
    }

    /** Leading zeros do not make it octal. */
    private static String decimal(String number) {
        return number.replaceFirst("^0+(?=[0-9])", "");
    }
}
