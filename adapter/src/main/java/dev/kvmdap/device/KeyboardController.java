package dev.kvmdap.device;

import static dev.kvmdap.x86.BitField.flag;

import dev.kvmdap.x86.BitLayout;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Collectors;

/**
 * The keyboard controller (Intel 8042, ports 0x60 and 0x64) with a keyboard on which nobody types. Guests meet it when
 * they open the A20 gate, reset the machine (command 0xFE), or look for a keyboard; each command gets its answer, so
 * that no guest waits in vain.
 */
public final class KeyboardController implements PortDevice {

    private static final int DATA = 0x60;
    private static final int STATUS_OR_COMMAND = 0x64;

    private static final int STATUS_OUTPUT_FULL = 1;
    private static final int STATUS_SELF_TEST_PASSED = 1 << 2;
    private static final int STATUS_COMMAND_WRITTEN = 1 << 3;
    private static final int STATUS_NOT_LOCKED = 1 << 4;

    private static final int READ_CONFIGURATION = 0x20;
    private static final int WRITE_CONFIGURATION = 0x60;
    private static final int TEST_SECOND_PORT = 0xa9;
    private static final int SELF_TEST = 0xaa;
    private static final int TEST_FIRST_PORT = 0xab;
    private static final int DISABLE_KEYBOARD = 0xad;
    private static final int ENABLE_KEYBOARD = 0xae;
    private static final int READ_INPUT_PORT = 0xc0;
    private static final int READ_OUTPUT_PORT = 0xd0;
    private static final int WRITE_OUTPUT_PORT = 0xd1;
    private static final int WRITE_OUTPUT_BUFFER = 0xd2;
    private static final int WRITE_SECOND_OUTPUT_BUFFER = 0xd3;
    private static final int WRITE_SECOND_PORT = 0xd4;
    private static final int PULSE_OUTPUT_LINES = 0xf0;

    private static final int SELF_TEST_PASSED = 0x55;
    private static final int PORT_TEST_PASSED = 0x00;
    private static final int PORT_TEST_CLOCK_STUCK = 0x01;

    private static final int CONFIGURATION_KEYBOARD_OFF = 1 << 4;
    private static final int CONFIGURATION_SECOND_PORT_OFF = 1 << 5;
    private static final int CONFIGURATION_TRANSLATION = 1 << 6;

    /** Bit 0 of the output port, and of the lines that PULSE_OUTPUT_LINES leaves high: low resets the machine. */
    private static final int NOT_RESET = 1;

    private static final int OUTPUT_A20 = 1 << 1;

    private static final int KEYBOARD_SET_LEDS = 0xed;
    private static final int KEYBOARD_ECHO = 0xee;
    private static final int KEYBOARD_SCAN_CODE_SET = 0xf0;
    private static final int KEYBOARD_IDENTIFY = 0xf2;
    private static final int KEYBOARD_TYPEMATIC = 0xf3;
    private static final int KEYBOARD_ENABLE = 0xf4;
    private static final int KEYBOARD_DISABLE = 0xf5;
    private static final int KEYBOARD_DEFAULTS = 0xf6;
    private static final int KEYBOARD_RESET = 0xff;

    private static final int KEYBOARD_ACKNOWLEDGE = 0xfa;
    private static final int KEYBOARD_RESEND = 0xfe;
    private static final int KEYBOARD_TEST_PASSED = 0xaa;

    private static final int NO_COMMAND = -1;

    private static final BitLayout STATUS = BitLayout.of(
            flag("OUTPUT_FULL", 0, "the guest can read a byte"),
            flag("INPUT_FULL", 1, "the guest's last byte is not yet taken"),
            flag("SELF_TEST", 2, "the self-test was passed"),
            flag("COMMAND", 3, "the last byte went to the command port"),
            flag("NOT_LOCKED", 4, "the keyboard is not locked"));
    private static final BitLayout CONFIGURATION = BitLayout.of(
            flag("KEYBOARD_IRQ", 0, "keyboard interrupts"),
            flag("MOUSE_IRQ", 1, "mouse interrupts"),
            flag("SELF_TEST", 2, "the self-test was passed"),
            flag("KEYBOARD_OFF", 4, "no clock for the keyboard"),
            flag("MOUSE_OFF", 5, "no clock for the mouse"),
            flag("TRANSLATION", 6, "scan codes are translated to set 1"));

    private final A20Gate gate;

    /** What the guest can read, at most the answer to one command. */
    private final Queue<Integer> answers = new ArrayDeque<>();

    private int status;
    private int configuration;
    private int scanCodeSet;
    private int lastRead;

    /** The controller's or the keyboard's command whose argument the next data byte is. */
    private int controllerCommand;

    private int keyboardCommand;

    public KeyboardController(A20Gate gate) {
        this.gate = gate;
        reset();
    }

    @Override
    public String name() {
        return "keyboard controller";
    }

    @Override
    public List<PortRange> ports() {
        return List.of(PortRange.of(DATA), PortRange.of(STATUS_OR_COMMAND));
    }

    @Override
    public int read(int port, int size) {
        if (port == STATUS_OR_COMMAND) {
            return status | (answers.isEmpty() ? 0 : STATUS_OUTPUT_FULL);
        }
        Integer next = answers.poll();
        if (next != null) {
            lastRead = next;
        }
        return lastRead;
    }

    @Override
    public Effect write(int port, int size, int value) {
        if (port == STATUS_OR_COMMAND) {
            status |= STATUS_COMMAND_WRITTEN;
            return command(value);
        }
        status &= ~STATUS_COMMAND_WRITTEN;
        int command = controllerCommand;
        controllerCommand = NO_COMMAND;
        return command == NO_COMMAND ? tellKeyboard(value) : argument(command, value);
    }

    @Override
    public void reset() {
        answers.clear();
        status = STATUS_NOT_LOCKED | STATUS_COMMAND_WRITTEN;
        configuration = CONFIGURATION_SECOND_PORT_OFF | CONFIGURATION_TRANSLATION;
        scanCodeSet = 2;
        lastRead = 0;
        controllerCommand = NO_COMMAND;
        keyboardCommand = NO_COMMAND;
        gate.set(true);
    }

    @Override
    public List<DeviceItem> state() {
        return List.of(
                DeviceItem.Register.of(
                        "status",
                        Byte.SIZE,
                        STATUS,
                        "status port",
                        status | (answers.isEmpty() ? 0 : STATUS_OUTPUT_FULL)),
                new DeviceItem.Register(
                        "configuration",
                        Byte.SIZE,
                        CONFIGURATION,
                        "configuration byte",
                        () -> configuration,
                        value -> configuration = (int) value & 0xff),
                new DeviceItem.Fact(
                        "answers",
                        answers.stream().map("0x%02x"::formatted).collect(Collectors.joining(" ")),
                        "bytes that the guest can read"),
                DeviceItem.Register.of("scan code set", Byte.SIZE, null, "of the keyboard", scanCodeSet),
                gate.item());
    }

    private Effect command(int command) {
        controllerCommand = NO_COMMAND;
        switch (command) {
            case READ_CONFIGURATION -> answer(configuration);
            case TEST_SECOND_PORT -> answer(PORT_TEST_CLOCK_STUCK);
            case SELF_TEST -> {
                status |= STATUS_SELF_TEST_PASSED;
                answer(SELF_TEST_PASSED);
            }
            case TEST_FIRST_PORT -> answer(PORT_TEST_PASSED);
            case DISABLE_KEYBOARD -> configuration |= CONFIGURATION_KEYBOARD_OFF;
            case ENABLE_KEYBOARD -> configuration &= ~CONFIGURATION_KEYBOARD_OFF;
            case READ_INPUT_PORT -> answer(0);
            case READ_OUTPUT_PORT -> answer(NOT_RESET | (gate.isOpen() ? OUTPUT_A20 : 0));
            case WRITE_CONFIGURATION,
                    WRITE_OUTPUT_PORT,
                    WRITE_OUTPUT_BUFFER,
                    WRITE_SECOND_OUTPUT_BUFFER,
                    WRITE_SECOND_PORT -> controllerCommand = command;
            default -> {
                if (command >= PULSE_OUTPUT_LINES && (command & NOT_RESET) == 0) {
                    return new Effect.Reset("keyboard controller command 0x%x".formatted(command));
                }
            }
        }
        return Effect.none();
    }

    private Effect argument(int command, int value) {
        switch (command) {
            case WRITE_CONFIGURATION -> configuration = value;
            case WRITE_OUTPUT_PORT -> {
                gate.set((value & OUTPUT_A20) != 0);
                if ((value & NOT_RESET) == 0) {
                    return new Effect.Reset("keyboard controller output port");
                }
            }
            case WRITE_OUTPUT_BUFFER, WRITE_SECOND_OUTPUT_BUFFER -> answer(value);
            default -> {
                // nothing is plugged into the second port
            }
        }
        return Effect.none();
    }

    private Effect tellKeyboard(int value) {
        int command = keyboardCommand;
        keyboardCommand = NO_COMMAND;
        if (command != NO_COMMAND) {
            keyboardArgument(command, value);
            return Effect.none();
        }
        switch (value) {
            case KEYBOARD_SET_LEDS, KEYBOARD_SCAN_CODE_SET, KEYBOARD_TYPEMATIC -> {
                keyboardCommand = value;
                answer(KEYBOARD_ACKNOWLEDGE);
            }
            case KEYBOARD_ECHO -> answer(KEYBOARD_ECHO);
            case KEYBOARD_IDENTIFY -> answer(KEYBOARD_ACKNOWLEDGE, 0xab, 0x83);
            case KEYBOARD_ENABLE, KEYBOARD_DISABLE -> answer(KEYBOARD_ACKNOWLEDGE);
            case KEYBOARD_DEFAULTS -> {
                scanCodeSet = 2;
                answer(KEYBOARD_ACKNOWLEDGE);
            }
            case KEYBOARD_RESET -> {
                scanCodeSet = 2;
                answer(KEYBOARD_ACKNOWLEDGE, KEYBOARD_TEST_PASSED);
            }
            default -> answer(KEYBOARD_RESEND);
        }
        return Effect.none();
    }

    private void keyboardArgument(int command, int value) {
        boolean asksForSet = command == KEYBOARD_SCAN_CODE_SET && value == 0;
        if (asksForSet) {
            answer(KEYBOARD_ACKNOWLEDGE, scanCodeSet);
            return;
        }
        if (command == KEYBOARD_SCAN_CODE_SET) {
            scanCodeSet = value;
        }
        answer(KEYBOARD_ACKNOWLEDGE);
    }

    private void answer(int... bytes) {
        answers.clear();
        for (int next : bytes) {
            answers.add(next);
        }
    }
}
