package dev.kvmdap.kvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory this host has. */
final class HostMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d+) kB");

    private HostMemory() {}

    /** Whether the host has this much; taken for true where it does not say. */
    static boolean has(long size) {
        return size <= total().orElse(Long.MAX_VALUE);
    }

    /** Refuses a guest that is larger than the host. */
    static void require(long size) {
        if (!has(size)) {
            throw new KvmException("mapping " + text(size) + " of guest memory", Errno.ENOMEM.number(), remedy());
        }
    }

    /** "this host has 7.7 GiB: set 'memory' to less". */
    static String remedy() {
        OptionalLong total = total();
        return (total.isPresent() ? "this host has " + text(total.getAsLong()) + " of memory: " : "")
                + "set 'memory' to less, or end other programs";
    }

    /** A size for people: "64 MiB", "7.7 GiB". */
    static String text(long bytes) {
        String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        int unit = 0;
        double amount = bytes;
        while (amount >= 1024 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        String number =
                amount == Math.rint(amount) ? Long.toString((long) amount) : String.format(Locale.ROOT, "%.1f", amount);
        return number + " " + units[unit];
    }

    private static OptionalLong total() {
        try {
            Matcher total = TOTAL.matcher(Files.readString(MEMINFO));
            return total.find() ? OptionalLong.of(Long.parseLong(total.group(1)) * 1024) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
