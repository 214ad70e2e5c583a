package dev.kvmdap.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Breakpoints, watchpoints and catchpoints as a table, in the way of gdb's {@code info breakpoints}. */
final class StopPointListing {

    private StopPointListing() {}

    static String list(List<StopPoint> points) {
        List<String> lines = new ArrayList<>();
        lines.add(row("Num", "Type", "Disp", "Enb", "Address", "What"));
        for (StopPoint point : points) {
            boolean single = point.addresses().size() == 1;
            lines.add(row(
                    Integer.toString(point.number()),
                    point.type(),
                    point.temporary() ? "del" : "keep",
                    point.enabled() ? "y" : "n",
                    single
                            ? address(point.addresses().get(0))
                            : point.addresses().isEmpty() ? "" : "<MULTIPLE>",
                    point.what()));
            addDetails(point, lines);
            for (int i = 0; !single && i < point.addresses().size(); i++) {
                lines.add(row(
                        point.number() + "." + (i + 1),
                        "",
                        "",
                        point.enabled() ? "y" : "n",
                        address(point.addresses().get(i)),
                        ""));
            }
        }
        return String.join("\n", lines);
    }

    private static void addDetails(StopPoint point, List<String> lines) {
        if (!point.condition().isEmpty()) {
            lines.add("        stop only if " + point.condition());
        }
        if (!point.hitCondition().isEmpty()) {
            lines.add("        of its hits only " + point.hitCondition());
        }
        if (!point.message().isEmpty()) {
            lines.add("        writes \"" + point.message() + "\" and goes on");
        }
        if (point.hits() > 0) {
            lines.add("        already hit " + point.hits() + (point.hits() == 1 ? " time" : " times"));
        }
        if (point.ignored() > 0) {
            lines.add("        ignores the next " + point.ignored() + (point.ignored() == 1 ? " hit" : " hits"));
        }
        lines.add("        " + point.mechanism() + (point.setBy().isEmpty() ? "" : "; set by " + point.setBy()));
    }

    private static String row(String number, String type, String kept, String enabled, String address, String what) {
        return String.format(Locale.ROOT, "%-7s %-14s %-4s %-3s %-18s %s", number, type, kept, enabled, address, what)
                .stripTrailing();
    }

    private static String address(long linear) {
        return "0x%016x".formatted(linear);
    }

    /** A type in a sentence. */
    static String name(String type) {
        return type.replace("hw ", "hardware ");
    }

    /** A type at the beginning of a sentence. */
    static String title(String type) {
        String name = name(type);
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }
}
