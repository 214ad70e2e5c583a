package dev.kvmdap.bios;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The first 1280 bytes of memory: 256 interrupt vectors, and from 0x400 on what the BIOS keeps for itself and for programs. */
public final class BiosDataArea {

    /** Vectors and data together. */
    public static final int BYTES = 0x500;

    static final int COM_PORTS = 0x400;
    static final int EQUIPMENT = 0x410;
    static final int MEMORY_KIB = 0x413;
    static final int SHIFT_FLAGS = 0x417;
    static final int KEYBOARD_HEAD = 0x41a;
    static final int KEYBOARD_TAIL = 0x41c;
    static final int DISKETTE_STATUS = 0x441;
    static final int VIDEO_MODE = 0x449;
    static final int COLUMNS = 0x44a;
    static final int PAGE_BYTES = 0x44c;
    static final int PAGE_START = 0x44e;
    static final int CURSORS = 0x450;
    static final int CURSOR_SHAPE = 0x460;
    static final int ACTIVE_PAGE = 0x462;
    static final int CRT_CONTROLLER = 0x463;
    static final int TICKS = 0x46c;
    static final int MIDNIGHT = 0x470;
    static final int DISK_STATUS = 0x474;
    static final int DISKS = 0x475;
    static final int KEYBOARD_START = 0x480;
    static final int KEYBOARD_END = 0x482;
    static final int LAST_ROW = 0x484;
    static final int CHARACTER_HEIGHT = 0x485;
    static final int KEYBOARD_TYPE = 0x496;

    /** The segment that offsets of keys in the keyboard's ring buffer count from. */
    static final int SEGMENT_START = 0x400;

    private static final int COM1 = 0x3f8;
    private static final int KEY_RING_START = 0x1e;
    private static final int KEY_RING_END = 0x3e;
    private static final int ENHANCED_KEYBOARD = 0x10;

    private static final int EQUIPMENT_DISKETTE = 1;
    private static final int EQUIPMENT_80_COLUMNS = 2 << 4;
    private static final int EQUIPMENT_ONE_COM = 1 << 9;

    private BiosDataArea() {}

    /** What is there when a guest starts. */
    public static byte[] initial(BiosRom rom, Drive drive, MemoryMap memory) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int vector = 0; vector < 256; vector++) {
            bytes.putInt(vector * Integer.BYTES, rom.vector(vector));
        }
        int diskette = drive == Drive.DISKETTE ? EQUIPMENT_DISKETTE : 0;
        bytes.putShort(COM_PORTS, (short) COM1)
                .putShort(EQUIPMENT, (short) (diskette | EQUIPMENT_80_COLUMNS | EQUIPMENT_ONE_COM))
                .putShort(MEMORY_KIB, (short) memory.lowerKib())
                .putShort(KEYBOARD_HEAD, (short) KEY_RING_START)
                .putShort(KEYBOARD_TAIL, (short) KEY_RING_START)
                .putShort(KEYBOARD_START, (short) KEY_RING_START)
                .putShort(KEYBOARD_END, (short) KEY_RING_END)
                .put(KEYBOARD_TYPE, (byte) ENHANCED_KEYBOARD)
                .put(DISKS, (byte) (drive == Drive.DISK ? 1 : 0))
                .put(VIDEO_MODE, (byte) TextMode.COLOUR_80_BY_25)
                .putShort(COLUMNS, (short) TextMode.COLUMNS)
                .putShort(PAGE_BYTES, (short) TextMode.PAGE_BYTES)
                .putShort(CURSOR_SHAPE, (short) TextMode.CURSOR_SHAPE)
                .putShort(CRT_CONTROLLER, (short) TextMode.CRT_CONTROLLER)
                .put(LAST_ROW, (byte) (TextMode.ROWS - 1))
                .putShort(CHARACTER_HEIGHT, (short) TextMode.CHARACTER_HEIGHT);
        return bytes.array();
    }
}
