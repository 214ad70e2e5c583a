package dev.kvmdap.engine;

import java.util.Arrays;
import java.util.Optional;

/** Which mechanism a breakpoint asks for. */
public enum BreakpointMode {
    /** A planted byte where the host traps one and the code lies in RAM, a debug-register slot otherwise. */
    AUTO("auto"),
    /** One of the four debug-register slots: sees code that is not loaded yet, changes no memory. */
    HARDWARE("hardware"),
    /** A byte planted over the instruction: any number of them, and every mapping of the code is covered. */
    SOFTWARE("software");

    private final String term;

    BreakpointMode(String term) {
        this.term = term;
    }

    /** The mode's name in launch configurations and in DAP's {@code mode}. */
    public String term() {
        return term;
    }

    /** The mode of that name. */
    public static Optional<BreakpointMode> named(String term) {
        return Arrays.stream(values()).filter(mode -> mode.term.equals(term)).findFirst();
    }
}
