package dev.kvmdap.x86;

import java.util.ArrayList;
import java.util.List;

/** The fields of a task-state segment: of 16 bits (SDM vol. 3, figure 8-10), of 32 (figure 8-2), of 64 (figure 8-11). */
public enum TaskStateSegment {
    BITS_16(16),
    BITS_32(32),
    BITS_64(64);

    /** Where the offset of the I/O permission bitmap stands; the 16-bit kind has none. */
    public static final int IO_MAP_BASE = 102;

    private static final List<String> GENERAL = List.of("ax", "cx", "dx", "bx", "sp", "bp", "si", "di");

    private final int bits;

    TaskStateSegment(int bits) {
        this.bits = bits;
    }

    /**
     * A field.
     *
     * @param offset from the segment's base
     * @param bytes its size
     */
    public record Field(String name, int offset, int bytes, String meaning) {}

    /**
     * The kind that a TSS descriptor's type says.
     *
     * @param type 1 or 3 for 16 bits, 9 or 11 for the processor's width
     * @param ia32e whether IA-32e mode is active
     */
    public static TaskStateSegment of(int type, boolean ia32e) {
        return (type & 8) == 0 ? BITS_16 : ia32e ? BITS_64 : BITS_32;
    }

    /** The width of its registers in bits. */
    public int bits() {
        return bits;
    }

    /** Its fields in the order of their offsets. */
    public List<Field> fields() {
        return switch (this) {
            case BITS_16 -> fields16();
            case BITS_32 -> fields32();
            case BITS_64 -> fields64();
        };
    }

    private static List<Field> fields16() {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("link", 0, 2, "selector of the task that called this one"));
        for (int level = 0; level < 3; level++) {
            addStack(fields, "sp" + level, "ss" + level, 2 + 4 * level, 2, level);
        }
        fields.add(new Field("ip", 14, 2, "where the task goes on"));
        fields.add(new Field("flags", 16, 2, "flags of the task"));
        for (int i = 0; i < GENERAL.size(); i++) {
            fields.add(new Field(GENERAL.get(i), 18 + 2 * i, 2, "register of the task"));
        }
        addSelectors(fields, List.of("es", "cs", "ss", "ds", "ldt"), 34, 2);
        return fields;
    }

    private static List<Field> fields32() {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("link", 0, 2, "selector of the task that called this one"));
        for (int level = 0; level < 3; level++) {
            addStack(fields, "esp" + level, "ss" + level, 4 + 8 * level, 4, level);
        }
        fields.add(new Field("cr3", 28, 4, "page tables of the task"));
        fields.add(new Field("eip", 32, 4, "where the task goes on"));
        fields.add(new Field("eflags", 36, 4, "flags of the task"));
        for (int i = 0; i < GENERAL.size(); i++) {
            fields.add(new Field("e" + GENERAL.get(i), 40 + 4 * i, 4, "register of the task"));
        }
        addSelectors(fields, List.of("es", "cs", "ss", "ds", "fs", "gs", "ldt"), 72, 4);
        fields.add(new Field("trap", 100, 2, "bit 0: a switch to the task raises #DB"));
        fields.add(new Field("iomap", IO_MAP_BASE, 2, "offset of the I/O permission bitmap"));
        return fields;
    }

    private static List<Field> fields64() {
        List<Field> fields = new ArrayList<>();
        for (int level = 0; level < 3; level++) {
            fields.add(new Field(
                    "rsp" + level, 4 + 8 * level, 8, "stack of interrupts that lead to privilege level " + level));
        }
        for (int entry = 1; entry <= 7; entry++) {
            fields.add(new Field("ist" + entry, 28 + 8 * entry, 8, "stack of gates with IST " + entry));
        }
        fields.add(new Field("iomap", IO_MAP_BASE, 2, "offset of the I/O permission bitmap"));
        return fields;
    }

    private static void addStack(
            List<Field> fields, String pointer, String selector, int offset, int bytes, int level) {
        fields.add(new Field(pointer, offset, bytes, "stack pointer of calls to privilege level " + level));
        fields.add(new Field(selector, offset + bytes, 2, "stack segment of calls to privilege level " + level));
    }

    private static void addSelectors(List<Field> fields, List<String> names, int offset, int spacing) {
        for (int i = 0; i < names.size(); i++) {
            fields.add(new Field(names.get(i), offset + spacing * i, 2, "selector of the task"));
        }
    }
}
