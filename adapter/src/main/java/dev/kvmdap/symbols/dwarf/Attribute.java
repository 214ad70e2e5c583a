package dev.kvmdap.symbols.dwarf;

/** What is said of an entry (DWARF 5, 7.5.4, table 7.5): the attributes that are looked at. */
public final class Attribute {

    public static final int SIBLING = 0x01;
    public static final int LOCATION = 0x02;
    public static final int NAME = 0x03;
    public static final int BYTE_SIZE = 0x0b;
    public static final int BIT_OFFSET = 0x0c;
    public static final int BIT_SIZE = 0x0d;
    public static final int STMT_LIST = 0x10;
    public static final int LOW_PC = 0x11;
    public static final int HIGH_PC = 0x12;
    public static final int LANGUAGE = 0x13;
    public static final int COMP_DIR = 0x1b;
    public static final int CONST_VALUE = 0x1c;
    public static final int INLINE = 0x20;
    public static final int LOWER_BOUND = 0x22;
    public static final int PRODUCER = 0x25;
    public static final int PROTOTYPED = 0x27;
    public static final int UPPER_BOUND = 0x2f;
    public static final int ABSTRACT_ORIGIN = 0x31;
    public static final int COUNT = 0x37;
    public static final int DATA_MEMBER_LOCATION = 0x38;
    public static final int DECLARATION = 0x3c;
    public static final int ENCODING = 0x3e;
    public static final int EXTERNAL = 0x3f;
    public static final int FRAME_BASE = 0x40;
    public static final int SPECIFICATION = 0x47;
    public static final int TYPE = 0x49;
    public static final int RANGES = 0x55;
    public static final int CALL_COLUMN = 0x57;
    public static final int CALL_FILE = 0x58;
    public static final int CALL_LINE = 0x59;
    public static final int DATA_BIT_OFFSET = 0x6b;
    public static final int LINKAGE_NAME = 0x6e;
    public static final int STR_OFFSETS_BASE = 0x72;
    public static final int ADDR_BASE = 0x73;
    public static final int RNGLISTS_BASE = 0x74;
    public static final int CALL_RETURN_PC = 0x7d;
    public static final int CALL_VALUE = 0x7e;
    public static final int CALL_ORIGIN = 0x7f;
    public static final int CALL_PARAMETER = 0x80;
    public static final int CALL_TAIL_CALL = 0x82;
    public static final int CALL_TARGET = 0x83;
    public static final int LOCLISTS_BASE = 0x8c;
    /** DW_AT_linkage_name as compilers wrote it before DWARF 4. */
    public static final int MIPS_LINKAGE_NAME = 0x2007;

    /** DW_AT_call_value, DW_AT_call_target and DW_AT_call_tail_call as GNU wrote them before DWARF 5. */
    public static final int GNU_CALL_SITE_VALUE = 0x2111;

    public static final int GNU_CALL_SITE_TARGET = 0x2113;
    public static final int GNU_TAIL_CALL = 0x2115;

    private Attribute() {}
}
