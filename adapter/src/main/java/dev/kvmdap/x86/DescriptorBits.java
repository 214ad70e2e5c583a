package dev.kvmdap.x86;

import static dev.kvmdap.x86.BitField.flag;

/** The named bits of the first eight bytes of descriptors and gates. */
public final class DescriptorBits {

    /** A descriptor of the GDT or LDT (SDM vol. 3, 3.4.5). */
    public static final BitLayout SEGMENT = BitLayout.of(
            new BitField("LIMIT_LOW", 0, 15, "bits 15:0 of the limit"),
            new BitField("BASE_LOW", 16, 39, "bits 23:0 of the base"),
            new BitField("TYPE", 40, 43, "kind of segment"),
            flag("S", 44, "a code or data segment and no system segment"),
            new BitField("DPL", 45, 46, "descriptor privilege level"),
            flag("P", 47, "the segment is in memory"),
            new BitField("LIMIT_HIGH", 48, 51, "bits 19:16 of the limit"),
            flag("AVL", 52, "left to software"),
            flag("L", 53, "64-bit code"),
            flag("DB", 54, "32-bit code or stack"),
            flag("G", 55, "the limit counts pages"),
            new BitField("BASE_HIGH", 56, 63, "bits 31:24 of the base"));

    /** A gate of the IDT (SDM vol. 3, 6.11 and 6.14.1). */
    public static final BitLayout GATE = BitLayout.of(
            new BitField("OFFSET_LOW", 0, 15, "bits 15:0 of the handler's offset"),
            new BitField("SELECTOR", 16, 31, "code segment of the handler"),
            new BitField("IST", 32, 34, "entry of the interrupt stack table"),
            new BitField("TYPE", 40, 43, "kind of gate"),
            flag("S", 44, "must be 0"),
            new BitField("DPL", 45, 46, "the highest CPL that may use INT n"),
            flag("P", 47, "the gate is in use"),
            new BitField("OFFSET_HIGH", 48, 63, "bits 31:16 of the handler's offset"));

    private DescriptorBits() {}
}
