package dev.kvmdap.engine;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;

/** What has happened at a {@link Catchpoint}. */
public sealed interface Occurrence {

    /** For people: what kind of thing it is. */
    String term();

    /** For people: a few words. */
    String description();

    /** The CPU's mode is another one. */
    record ModeSwitch(CpuMode before, CpuMode after) implements Occurrence {
        @Override
        public String term() {
            return "CPU-mode switch";
        }

        @Override
        public String description() {
            return "CPU mode: " + before.term() + " → " + after.term();
        }
    }

    /**
     * The guest has accessed an I/O port.
     *
     * @param port the first one, 0 to 0xffff
     * @param size in bytes: 1, 2 or 4
     * @param write by OUT, not IN
     * @param value what went out or came in, unsigned
     * @param device whose port it is; empty where it is nobody's
     */
    record PortAccess(int port, int size, boolean write, long value, String device) implements Occurrence {
        @Override
        public String term() {
            return "I/O port access";
        }

        @Override
        public String description() {
            return "%s 0x%x%s: %s 0x%0{width}x"
                    .replace("{width}", Integer.toString(2 * size))
                    .formatted(
                            write ? "OUT to port" : "IN from port",
                            port,
                            device.isEmpty() ? ", at which there is no device" : " (" + device + ")",
                            write ? "wrote" : "read",
                            value);
        }
    }

    /** The instruction that the guest stands at asks for its debugger. */
    record MagicBreak() implements Occurrence {
        @Override
        public String term() {
            return "magic break";
        }

        @Override
        public String description() {
            return "Magic break: xchg bx, bx";
        }
    }

    /**
     * The guest has accessed a physical address at which there is nothing: reads give all ones, writes vanish.
     *
     * @param size in bytes, 1 to 8; a longer access comes in parts
     * @param value what was written or read, unsigned
     */
    record NothingThere(GuestPhysical address, int size, boolean write, long value) implements Occurrence {
        @Override
        public String term() {
            return "unhandled MMIO";
        }

        @Override
        public String description() {
            return "%s of %d byte%s at physical 0x%x, where there is neither RAM nor a device: %s 0x%x"
                    .formatted(
                            write ? "Write" : "Read",
                            size,
                            size == 1 ? "" : "s",
                            address.address(),
                            write ? "lost" : "read as",
                            value);
        }
    }
}
