package dev.kvmdap.engine;

import dev.kvmdap.device.PortRange;
import dev.kvmdap.x86.CpuMode;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What a {@link Catchpoint} waits for. */
public sealed interface Trigger {

    /** For people: a few words. */
    String description();

    /**
     * An instruction or an event changes the CPU's mode (SDM vol. 3, 2.2): real, protected, compatibility, long.
     *
     * @param into the modes whose beginning counts
     */
    record ModeSwitch(Set<CpuMode> into) implements Trigger {

        public ModeSwitch {
            into = Set.copyOf(into);
        }

        /** Whatever mode begins. */
        public static ModeSwitch any() {
            return new ModeSwitch(EnumSet.allOf(CpuMode.class));
        }

        @Override
        public String description() {
            return into.size() == CpuMode.values().length
                    ? "CPU-mode switch"
                    : "CPU-mode switch to "
                            + into.stream().sorted().map(CpuMode::term).collect(Collectors.joining(" or "));
        }
    }

    /**
     * An access to I/O ports.
     *
     * @param ports an access counts that touches one of them
     * @param access which direction counts
     */
    record Ports(PortRange ports, PortDirection access) implements Trigger {

        boolean covers(int port, int size, boolean write) {
            return ports.overlaps(port, size) && access.covers(write);
        }

        @Override
        public String description() {
            String where = ports.equals(PortRange.ALL) ? "any I/O port" : "I/O port " + ports;
            return switch (access) {
                case IN -> where + ", in";
                case OUT -> where + ", out";
                case BOTH -> where;
            };
        }
    }

    /** {@code xchg bx, bx}, by which Bochs lets a guest ask for its debugger: it changes nothing. */
    record MagicBreak() implements Trigger {
        @Override
        public String description() {
            return "magic break (xchg bx, bx)";
        }
    }

    /** An access to a physical address at which there is neither RAM nor a device. */
    record NothingThere() implements Trigger {
        @Override
        public String description() {
            return "access to where there is neither RAM nor a device";
        }
    }
}
