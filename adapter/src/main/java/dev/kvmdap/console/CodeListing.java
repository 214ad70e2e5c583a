package dev.kvmdap.console;

import java.util.ArrayList;
import java.util.List;

/** Lines of instructions, each with its address and symbol in front; the next one to be carried out is marked. */
final class CodeListing {

    private static final String HERE = "=> ";

    private final ConsoleTarget target;

    CodeListing(ConsoleTarget target) {
        this.target = target;
    }

    /** Lists instructions from a linear address on. */
    String list(long linear, int count) {
        List<CodeLine> instructions = target.instructions(linear, count);
        List<String> labels = new ArrayList<>();
        int width = 0;
        for (CodeLine instruction : instructions) {
            String label = label(instruction.address());
            labels.add(label);
            width = Math.max(width, label.length());
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < instructions.size(); i++) {
            CodeLine instruction = instructions.get(i);
            if (instruction.text().isEmpty()) {
                lines.add(hole(instruction.address(), i == 0));
                break;
            }
            String mark = instruction.address() == target.pc() ? HERE : " ".repeat(HERE.length());
            lines.add(mark + labels.get(i) + " ".repeat(width - labels.get(i).length() + 2) + instruction.text());
        }
        return String.join("\n", lines);
    }

    private static String hole(long address, boolean atOnce) {
        String hole = "memory at 0x" + Long.toHexString(address) + " is not mapped";
        if (atOnce) {
            throw new ConsoleException(hole);
        }
        return hole;
    }

    private String label(long address) {
        return "0x" + Long.toHexString(address)
                + target.symbol(address).map(symbol -> " <" + symbol + ">").orElse("") + ":";
    }
}
