package dev.kvmdap.x86;

import static dev.kvmdap.x86.BitField.flag;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The registers of a local APIC in its page, each 32 bits wide (SDM vol. 3, table 11-1). */
public final class LocalApic {

    /** Offset of the in-service register, 256 bits in eight registers. */
    public static final int ISR = 0x100;
    /** Offset of the trigger mode register, likewise. */
    public static final int TMR = 0x180;
    /** Offset of the interrupt request register, likewise. */
    public static final int IRR = 0x200;
    /** Offset of the upper half of the interrupt command register. */
    public static final int ICR_HIGH = 0x310;

    private static final BitField VECTOR = new BitField("VECTOR", 0, 7, "interrupt vector");
    private static final BitField DELIVERY = new BitField("DELIVERY", 8, 10, "0 fixed, 2 SMI, 4 NMI, 5 INIT, 7 ExtINT");
    private static final BitField PENDING = flag("PENDING", 12, "sent and not yet taken");
    private static final BitField MASKED = flag("MASKED", 16, "held back");

    private static final BitLayout PRIORITY = BitLayout.of(
            new BitField("SUBCLASS", 0, 3, "priority within the class"),
            new BitField("CLASS", 4, 7, "priority class: vectors of it and below are held back"));
    private static final BitLayout EVENT = BitLayout.of(VECTOR, DELIVERY, PENDING, MASKED);
    private static final BitLayout PIN = BitLayout.of(
            VECTOR,
            DELIVERY,
            PENDING,
            flag("LOW", 13, "active low"),
            flag("REMOTE_IRR", 14, "taken and not ended"),
            flag("LEVEL", 15, "level triggered"),
            MASKED);
    private static final BitLayout COMMAND = BitLayout.of(
            VECTOR,
            new BitField("DELIVERY", 8, 10, "0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 6 start-up"),
            flag("LOGICAL", 11, "the destination is logical"),
            PENDING,
            flag("ASSERT", 14, "asserts; 0 with INIT takes back"),
            flag("LEVEL", 15, "level triggered"),
            new BitField("SHORTHAND", 18, 19, "0 destination, 1 self, 2 all, 3 all others"));

    /** A redirection entry of an I/O APIC (82093AA data sheet, 3.2.4). */
    public static final BitLayout REDIRECTION = BitLayout.of(
            VECTOR,
            new BitField("DELIVERY", 8, 10, "0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 7 ExtINT"),
            flag("LOGICAL", 11, "the destination is logical"),
            PENDING,
            flag("LOW", 13, "active low"),
            flag("REMOTE_IRR", 14, "taken and not ended"),
            flag("LEVEL", 15, "level triggered"),
            MASKED,
            new BitField("DEST", 56, 63, "APIC id, or set of processors"));

    private LocalApic() {}

    /**
     * A register.
     *
     * @param offset in the page
     * @param bits its fields; null where it is one number
     * @param writable whether software may write it
     */
    public record Field(int offset, String name, @Nullable BitLayout bits, String meaning, boolean writable) {}

    /** Its registers, without the three of 256 bits. */
    public static List<Field> fields() {
        return List.of(
                new Field(0x20, "ID", null, "APIC id; in bits 31:24 unless in x2APIC mode", true),
                read(
                        0x30,
                        "version",
                        BitLayout.of(
                                new BitField("VERSION", 0, 7, "version of the APIC"),
                                new BitField("MAX_LVT", 16, 23, "number of local vectors minus 1"),
                                flag("EOI_SUPPRESS", 24, "EOI broadcasts can be switched off")),
                        "version"),
                new Field(0x80, "TPR", PRIORITY, "task priority", true),
                read(0xa0, "PPR", PRIORITY, "processor priority: of the task and what is in service"),
                new Field(
                        0xd0,
                        "LDR",
                        BitLayout.of(new BitField("ID", 24, 31, "logical APIC id")),
                        "logical destination",
                        true),
                new Field(
                        0xe0,
                        "DFR",
                        BitLayout.of(new BitField("MODEL", 28, 31, "15 flat, 0 cluster")),
                        "destination format",
                        true),
                new Field(
                        0xf0,
                        "SVR",
                        BitLayout.of(
                                new BitField("VECTOR", 0, 7, "vector of spurious interrupts"),
                                flag("ENABLED", 8, "the APIC is on"),
                                flag("NO_FOCUS", 9, "focus processors are not looked for"),
                                flag("NO_EOI_BROADCAST", 12, "an EOI is not told to I/O APICs")),
                        "spurious interrupt vector",
                        true),
                new Field(
                        0x280,
                        "ESR",
                        BitLayout.of(
                                flag("SEND_CHECKSUM", 0, "checksum error when sending"),
                                flag("RECEIVE_CHECKSUM", 1, "checksum error when receiving"),
                                flag("SEND_ACCEPT", 2, "nobody accepted a message"),
                                flag("RECEIVE_ACCEPT", 3, "a message was not accepted"),
                                flag("REDIRECTABLE", 4, "lowest priority is not supported"),
                                flag("SEND_ILLEGAL", 5, "illegal vector sent"),
                                flag("RECEIVE_ILLEGAL", 6, "illegal vector received"),
                                flag("REGISTER", 7, "no register there")),
                        "errors",
                        true),
                new Field(0x300, "ICR", COMMAND, "interrupt command: the last message sent", false),
                read(
                        ICR_HIGH,
                        "ICR_HIGH",
                        BitLayout.of(new BitField("DEST", 24, 31, "destination")),
                        "its destination"),
                new Field(0x2f0, "LVT_CMCI", EVENT, "corrected machine checks", true),
                new Field(
                        0x320,
                        "LVT_TIMER",
                        BitLayout.of(
                                VECTOR,
                                PENDING,
                                MASKED,
                                new BitField("MODE", 17, 18, "0 one-shot, 1 periodic, 2 TSC deadline")),
                        "timer",
                        true),
                new Field(0x330, "LVT_THERMAL", EVENT, "thermal sensor", true),
                new Field(0x340, "LVT_PERF", EVENT, "performance counters", true),
                new Field(0x350, "LVT_LINT0", PIN, "pin LINT0", true),
                new Field(0x360, "LVT_LINT1", PIN, "pin LINT1", true),
                new Field(0x370, "LVT_ERROR", BitLayout.of(VECTOR, PENDING, MASKED), "errors", true),
                new Field(0x380, "timer_initial", null, "what the timer counts down from", true),
                read(0x390, "timer_current", null, "where the timer is"),
                new Field(
                        0x3e0,
                        "timer_divide",
                        BitLayout.of(
                                new BitField("LOW", 0, 1, "with HIGH: 0 to 6 divide by 2 to 128, 7 by 1"),
                                flag("HIGH", 3, "bit 2 of the divisor's number")),
                        "divides the timer's clock",
                        true));
    }

    private static Field read(int offset, String name, @Nullable BitLayout bits, String meaning) {
        return new Field(offset, name, bits, meaning, false);
    }
}
