package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the value of an attribute is written (DWARF 5, 7.5.5 and table 7.6; 0x1f01 and up are GNU's). */
enum Form {
    ADDR(0x01, Layout.ADDRESS),
    BLOCK2(0x03, Layout.BLOCK_2),
    BLOCK4(0x04, Layout.BLOCK_4),
    DATA2(0x05, Layout.BYTES_2),
    DATA4(0x06, Layout.BYTES_4),
    DATA8(0x07, Layout.BYTES_8),
    STRING(0x08, Layout.CSTRING),
    BLOCK(0x09, Layout.BLOCK_LEB),
    BLOCK1(0x0a, Layout.BLOCK_1),
    DATA1(0x0b, Layout.BYTES_1),
    FLAG(0x0c, Layout.BYTES_1),
    SDATA(0x0d, Layout.LEB),
    STRP(0x0e, Layout.OFFSET),
    UDATA(0x0f, Layout.LEB),
    REF_ADDR(0x10, Layout.REFERENCE),
    REF1(0x11, Layout.BYTES_1),
    REF2(0x12, Layout.BYTES_2),
    REF4(0x13, Layout.BYTES_4),
    REF8(0x14, Layout.BYTES_8),
    REF_UDATA(0x15, Layout.LEB),
    INDIRECT(0x16, Layout.INDIRECT),
    SEC_OFFSET(0x17, Layout.OFFSET),
    EXPRLOC(0x18, Layout.BLOCK_LEB),
    FLAG_PRESENT(0x19, Layout.NOTHING),
    STRX(0x1a, Layout.LEB),
    ADDRX(0x1b, Layout.LEB),
    REF_SUP4(0x1c, Layout.BYTES_4),
    STRP_SUP(0x1d, Layout.OFFSET),
    DATA16(0x1e, Layout.BYTES_16),
    LINE_STRP(0x1f, Layout.OFFSET),
    REF_SIG8(0x20, Layout.BYTES_8),
    IMPLICIT_CONST(0x21, Layout.NOTHING),
    LOCLISTX(0x22, Layout.LEB),
    RNGLISTX(0x23, Layout.LEB),
    REF_SUP8(0x24, Layout.BYTES_8),
    STRX1(0x25, Layout.BYTES_1),
    STRX2(0x26, Layout.BYTES_2),
    STRX3(0x27, Layout.BYTES_3),
    STRX4(0x28, Layout.BYTES_4),
    ADDRX1(0x29, Layout.BYTES_1),
    ADDRX2(0x2a, Layout.BYTES_2),
    ADDRX3(0x2b, Layout.BYTES_3),
    ADDRX4(0x2c, Layout.BYTES_4),
    GNU_ADDR_INDEX(0x1f01, Layout.LEB),
    GNU_STR_INDEX(0x1f02, Layout.LEB),
    GNU_REF_ALT(0x1f20, Layout.OFFSET),
    GNU_STRP_ALT(0x1f21, Layout.OFFSET);

    private enum Layout {
        NOTHING,
        BYTES_1,
        BYTES_2,
        BYTES_3,
        BYTES_4,
        BYTES_8,
        BYTES_16,
        ADDRESS,
        OFFSET,
        REFERENCE,
        LEB,
        BLOCK_1,
        BLOCK_2,
        BLOCK_4,
        BLOCK_LEB,
        CSTRING,
        INDIRECT
    }

    private static final int STANDARD_CODES = 0x2d;
    private static final @Nullable Form[] STANDARD = new Form[STANDARD_CODES];

    static {
        for (Form form : values()) {
            if (form.code < STANDARD_CODES) {
                STANDARD[form.code] = form;
            }
        }
    }

    private final int code;
    private final Layout layout;

    Form(int code, Layout layout) {
        this.code = code;
        this.layout = layout;
    }

    /** The form of a code, or null where nobody has defined one. */
    static @Nullable Form of(long code) {
        if (code >= 0 && code < STANDARD_CODES) {
            return STANDARD[(int) code];
        }
        for (Form form : values()) {
            if (form.code == code) {
                return form;
            }
        }
        return null;
    }

    /** The form that a DW_FORM_indirect value names in front of itself. */
    static Form readIndirect(ByteReader reader) {
        long code = reader.uleb();
        Form form = of(code);
        if (form == null || form == INDIRECT || form == IMPLICIT_CONST) {
            throw new DwarfException("%s: form 0x%x behind DW_FORM_indirect at offset 0x%x is not known"
                    .formatted(reader.name(), code, reader.position()));
        }
        return form;
    }

    /** Moves past a value of this form. */
    void skip(ByteReader reader, Encoding encoding) {
        switch (layout) {
            case NOTHING -> {}
            case BYTES_1 -> reader.skip(1);
            case BYTES_2 -> reader.skip(2);
            case BYTES_3 -> reader.skip(3);
            case BYTES_4 -> reader.skip(4);
            case BYTES_8 -> reader.skip(8);
            case BYTES_16 -> reader.skip(16);
            case ADDRESS -> reader.skip(encoding.addressSize());
            case OFFSET -> reader.skip(encoding.offsetSize());
            case REFERENCE -> reader.skip(encoding.referenceSize());
            case LEB -> reader.skipLeb();
            case BLOCK_1, BLOCK_2, BLOCK_4, BLOCK_LEB -> reader.skip(readBlockLength(reader));
            case CSTRING -> reader.skipCstring();
            case INDIRECT -> readIndirect(reader).skip(reader, encoding);
        }
    }

    /** The number that leads a block; the reader is then at the block's first byte. */
    long readBlockLength(ByteReader reader) {
        return switch (layout) {
            case BLOCK_1 -> reader.u8();
            case BLOCK_2 -> reader.u16();
            case BLOCK_4 -> reader.u32();
            case BLOCK_LEB -> reader.uleb();
            default -> throw notA("block", reader);
        };
    }

    /** A value of a form that is written as one number, zero-extended except for DW_FORM_sdata. */
    long readNumber(ByteReader reader, Encoding encoding) {
        return switch (layout) {
            case BYTES_1 -> reader.u8();
            case BYTES_2 -> reader.u16();
            case BYTES_3 -> reader.unsigned(3);
            case BYTES_4 -> reader.u32();
            case BYTES_8 -> reader.u64();
            case ADDRESS -> reader.unsigned(encoding.addressSize());
            case OFFSET -> reader.unsigned(encoding.offsetSize());
            case REFERENCE -> reader.unsigned(encoding.referenceSize());
            case LEB -> this == SDATA ? reader.sleb() : reader.uleb();
            default -> throw notA("number", reader);
        };
    }

    DwarfException notA(String what, ByteReader reader) {
        return new DwarfException("%s: the value at offset 0x%x should be a %s, but has DW_FORM_%s"
                .formatted(reader.name(), reader.position(), what, name().toLowerCase(Locale.ROOT)));
    }
}
