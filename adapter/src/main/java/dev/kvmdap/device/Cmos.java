package dev.kvmdap.device;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The real-time clock and its 128 bytes of CMOS memory (Motorola MC146818A data sheet), reached by an index at port 0x70
 * and data at 0x71. The clock shows the host's time in UTC and cannot be set. Where a PC's firmware leaves the size of
 * memory, the size of memory is; the rest starts as zeros and keeps what the guest writes until the next reset.
 */
public final class Cmos implements PortDevice {

    private static final int INDEX = 0x70;
    private static final int DATA = 0x71;

    /** Bit 7 of the index port masks the NMI instead. */
    private static final int INDEX_MASK = 0x7f;

    private static final int BYTES = 128;

    private static final int SECONDS = 0x00;
    private static final int MINUTES = 0x02;
    private static final int HOURS = 0x04;
    private static final int DAY_OF_WEEK = 0x06;
    private static final int DAY_OF_MONTH = 0x07;
    private static final int MONTH = 0x08;
    private static final int YEAR = 0x09;
    private static final int STATUS_A = 0x0a;
    private static final int STATUS_B = 0x0b;
    private static final int STATUS_C = 0x0c;
    private static final int STATUS_D = 0x0d;
    private static final int CENTURY = 0x32;

    private static final int BASE_MEMORY_KIB = 0x15;
    private static final int EXTENDED_MEMORY_KIB = 0x17;
    private static final int EXTENDED_MEMORY_KIB_COPY = 0x30;
    private static final int MEMORY_ABOVE_16M = 0x34;

    private static final int STATUS_A_32768_HZ = 0x26;
    private static final int STATUS_B_24_HOURS = 1 << 1;
    private static final int STATUS_B_BINARY = 1 << 2;
    private static final int STATUS_D_VALID = 1 << 7;
    private static final int AFTERNOON = 1 << 7;

    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final long CHUNK_ABOVE_16M = 64 * KIB;
    private static final long LARGEST_WORD = 0xffff;

    private final Clock clock;
    private final long memoryBytes;
    private final byte[] memory = new byte[BYTES];
    private int index;

    /**
     * @param clock the host's time
     * @param memoryBytes the size of guest memory, from physical address 0
     */
    public Cmos(Clock clock, long memoryBytes) {
        this.clock = clock;
        this.memoryBytes = memoryBytes;
        reset();
    }

    @Override
    public String name() {
        return "CMOS";
    }

    @Override
    public List<PortRange> ports() {
        return List.of(new PortRange(INDEX, 2));
    }

    /** The index port is write-only. */
    @Override
    public int read(int port, int size) {
        return port == DATA ? readRegister() : 0xff;
    }

    @Override
    public Effect write(int port, int size, int value) {
        if (port == INDEX) {
            index = value & INDEX_MASK;
        } else {
            memory[index] = (byte) value;
        }
        return Effect.none();
    }

    @Override
    public void reset() {
        index = 0;
        Arrays.fill(memory, (byte) 0);
        memory[STATUS_B] = STATUS_B_24_HOURS;
        storeWord(BASE_MEMORY_KIB, Math.min(memoryBytes, 640 * KIB) / KIB);
        long extended = Math.max(0, memoryBytes - MIB) / KIB;
        storeWord(EXTENDED_MEMORY_KIB, extended);
        storeWord(EXTENDED_MEMORY_KIB_COPY, extended);
        storeWord(MEMORY_ABOVE_16M, Math.max(0, memoryBytes - 16 * MIB) / CHUNK_ABOVE_16M);
    }

    @Override
    public List<DeviceItem> state() {
        List<DeviceItem> items = new ArrayList<>();
        items.add(new DeviceItem.Fact("clock", now().toString(), "the host's time"));
        items.add(new DeviceItem.Register(
                "index", Byte.SIZE, null, "chosen byte", () -> index, value -> index = (int) value & INDEX_MASK));
        List<DeviceItem> bytes = new ArrayList<>();
        for (int i = 0; i < BYTES; i++) {
            int at = i;
            bytes.add(new DeviceItem.Register(
                    "0x%02x".formatted(i),
                    Byte.SIZE,
                    null,
                    "byte of CMOS memory",
                    () -> memory[at] & 0xff,
                    value -> memory[at] = (byte) value));
        }
        items.add(new DeviceItem.Part("memory", BYTES + " bytes", "what the guest has stored", bytes));
        return items;
    }

    private void storeWord(int at, long value) {
        long word = Math.min(value, LARGEST_WORD);
        memory[at] = (byte) word;
        memory[at + 1] = (byte) (word >> 8);
    }

    private int readRegister() {
        return switch (index) {
            case SECONDS -> encode(now().getSecond());
            case MINUTES -> encode(now().getMinute());
            case HOURS -> encodeHour(now().getHour());
            case DAY_OF_WEEK -> encode(now().getDayOfWeek().getValue() % 7 + 1); // Sunday is 1
            case DAY_OF_MONTH -> encode(now().getDayOfMonth());
            case MONTH -> encode(now().getMonthValue());
            case YEAR -> encode(now().getYear() % 100);
            case CENTURY -> encode(now().getYear() / 100);
            case STATUS_A -> STATUS_A_32768_HZ; // never "update in progress": each read is exact
            case STATUS_C -> 0; // no interrupts
            case STATUS_D -> STATUS_D_VALID;
            default -> memory[index] & 0xff;
        };
    }

    private ZonedDateTime now() {
        return clock.instant().atZone(ZoneOffset.UTC);
    }

    private int encodeHour(int hour) {
        if ((memory[STATUS_B] & STATUS_B_24_HOURS) != 0) {
            return encode(hour);
        }
        int twelfth = hour % 12 == 0 ? 12 : hour % 12;
        return encode(twelfth) | (hour < 12 ? 0 : AFTERNOON);
    }

    /** Binary-coded decimal, unless the guest has chosen binary. */
    private int encode(int value) {
        return (memory[STATUS_B] & STATUS_B_BINARY) != 0 ? value : value / 10 * 16 + value % 10;
    }
}
