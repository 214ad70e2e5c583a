package dev.kvmdap.bios;

import dev.kvmdap.device.PortBus;

/**
 * INT 16h, keys, and the interrupt of the keyboard, which puts them into the ring buffer of the BIOS data area. Keys come from the
 * keyboard controller, and from {@link Typing}.
 */
final class KeyboardService implements Service {

    /** The number of the keyboard's own interrupt. */
    static final int INTERRUPT = 0x09;

    private static final int DATA_PORT = 0x60;
    private static final int STATUS_PORT = 0x64;
    private static final int OUTPUT_FULL = 1;

    private final RealModeMemory memory;
    private final PortBus ports;
    private final Typing typing;
    private final ScanCodes scanCodes;

    KeyboardService(RealModeMemory memory, PortBus ports, Typing typing) {
        this.memory = memory;
        this.ports = ports;
        this.typing = typing;
        this.scanCodes = new ScanCodes(memory);
    }

    @Override
    public Outcome serve(RegisterFrame call) {
        if (call.vector() == INTERRUPT) {
            if ((ports.in(STATUS_PORT, 1) & OUTPUT_FULL) != 0) {
                scanCodes.translate(ports.in(DATA_PORT, 1)).ifPresent(this::put);
            }
            return Outcome.DONE;
        }
        takeTyped();
        switch (call.ah()) {
            case 0x00, 0x10, 0x20 -> {
                return take(call);
            }
            case 0x01, 0x11, 0x21 -> {
                boolean empty = isEmpty();
                call.zero(empty);
                if (!empty) {
                    call.ax(memory.getShort(address(head())));
                }
            }
            case 0x02 -> call.al(memory.getByte(BiosDataArea.SHIFT_FLAGS));
            case 0x12 -> call.ax(memory.getShort(BiosDataArea.SHIFT_FLAGS));
            case 0x05 -> call.al(put(call.cx()) ? 0 : 1);
            default -> {
                // the rate of repetition, and what later keyboards could
            }
        }
        return Outcome.DONE;
    }

    private Outcome take(RegisterFrame call) {
        if (isEmpty()) {
            return Outcome.WAITING;
        }
        call.ax(memory.getShort(address(head())));
        memory.putShort(BiosDataArea.KEYBOARD_HEAD, next(head()));
        return Outcome.DONE;
    }

    private void takeTyped() {
        while (next(tail()) != head() && typing.hasNext()) {
            put(typing.next());
        }
    }

    /**
     * Puts a key behind the others: whether there is room.
     *
     * @param key scan code in the high byte, character in the low one
     */
    private boolean put(int key) {
        int after = next(tail());
        if (after == head()) {
            return false;
        }
        memory.putShort(address(tail()), key);
        memory.putShort(BiosDataArea.KEYBOARD_TAIL, after);
        return true;
    }

    private boolean isEmpty() {
        return head() == tail();
    }

    private int head() {
        return memory.getShort(BiosDataArea.KEYBOARD_HEAD);
    }

    private int tail() {
        return memory.getShort(BiosDataArea.KEYBOARD_TAIL);
    }

    private int next(int offset) {
        int after = offset + Short.BYTES;
        return after == memory.getShort(BiosDataArea.KEYBOARD_END)
                ? memory.getShort(BiosDataArea.KEYBOARD_START)
                : after;
    }

    private static long address(int offset) {
        return (long) BiosDataArea.SEGMENT_START + offset;
    }
}
