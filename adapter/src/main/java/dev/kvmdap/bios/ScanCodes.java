package dev.kvmdap.bios;

import java.util.Optional;

/**
 * The keys of a US keyboard by their scan codes of set 1, in which the keyboard controller gives them. Keeps the state of the
 * shift keys in the BIOS data area.
 */
final class ScanCodes {

    private static final int RELEASED = 1 << 7;
    private static final int EXTENSION = 0xe0;
    private static final int CONTROL = 0x1d;
    private static final int LEFT_SHIFT = 0x2a;
    private static final int RIGHT_SHIFT = 0x36;
    private static final int ALT = 0x38;
    private static final int CAPS_LOCK = 0x3a;

    private static final int FLAG_RIGHT_SHIFT = 1;
    private static final int FLAG_LEFT_SHIFT = 1 << 1;
    private static final int FLAG_CONTROL = 1 << 2;
    private static final int FLAG_ALT = 1 << 3;
    private static final int FLAG_CAPS_LOCK = 1 << 6;

    private static final int CONTROL_MASK = 0x1f;

    /** The characters of scan codes from 0 on, without and with a shift key; space for keys that have none. */
    private static final String PLAIN = " \u001b1234567890-=\b\tqwertyuiop[]\r asdfghjkl;'` \\zxcvbnm,./ *  ";

    private static final String SHIFTED = " \u001b!@#$%^&*()_+\b\tQWERTYUIOP{}\r ASDFGHJKL:\"~ |ZXCVBNM<>? *  ";
    private static final int SPACE = 0x39;

    private final RealModeMemory memory;

    ScanCodes(RealModeMemory memory) {
        this.memory = memory;
    }

    /** The key that types a character: its scan code in the high byte, the character in the low one. */
    static Optional<Integer> keyOf(int character) {
        if (character == ' ') {
            return Optional.of(SPACE << Byte.SIZE | ' ');
        }
        int plain = PLAIN.indexOf(character);
        int code = plain >= 0 ? plain : SHIFTED.indexOf(character);
        return code < 0 ? Optional.empty() : Optional.of(code << Byte.SIZE | character);
    }

    /** What a scan code means: a key as {@link #keyOf} has it, or nothing but another state of the shift keys. */
    Optional<Integer> translate(int code) {
        int key = code & ~RELEASED;
        int flag = shiftFlag(key);
        if (flag != 0) {
            setShift(flag, (code & RELEASED) == 0);
            return Optional.empty();
        }
        if (code == EXTENSION || (code & RELEASED) != 0) {
            return Optional.empty();
        }
        if (key == CAPS_LOCK) {
            memory.putByte(BiosDataArea.SHIFT_FLAGS, flags() ^ FLAG_CAPS_LOCK);
            return Optional.empty();
        }
        return Optional.of(key << Byte.SIZE | character(key));
    }

    private static int shiftFlag(int key) {
        return switch (key) {
            case RIGHT_SHIFT -> FLAG_RIGHT_SHIFT;
            case LEFT_SHIFT -> FLAG_LEFT_SHIFT;
            case CONTROL -> FLAG_CONTROL;
            case ALT -> FLAG_ALT;
            default -> 0;
        };
    }

    private int flags() {
        return memory.getByte(BiosDataArea.SHIFT_FLAGS);
    }

    private void setShift(int flag, boolean pressed) {
        memory.putByte(BiosDataArea.SHIFT_FLAGS, pressed ? flags() | flag : flags() & ~flag);
    }

    /** 0 for a key that types no character. */
    private int character(int key) {
        if (key == SPACE) {
            return ' ';
        }
        if (key >= PLAIN.length() || PLAIN.charAt(key) == ' ' || (flags() & FLAG_ALT) != 0) {
            return 0;
        }
        char plain = PLAIN.charAt(key);
        boolean letter = plain >= 'a' && plain <= 'z';
        if ((flags() & FLAG_CONTROL) != 0) {
            return letter ? plain & CONTROL_MASK : 0;
        }
        boolean shift = (flags() & (FLAG_LEFT_SHIFT | FLAG_RIGHT_SHIFT)) != 0;
        boolean caps = letter && (flags() & FLAG_CAPS_LOCK) != 0;
        return shift != caps ? SHIFTED.charAt(key) : plain;
    }
}
