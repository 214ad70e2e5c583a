package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the debugging information entries of a unit (DWARF 5, 2.1), parents before their children. It stands
 * before the first entry until {@link #next} is called. The questions about attributes are about the entry it stands on;
 * an attribute that is damaged is answered as one that is not there, and noted among the warnings.
 */
final class EntryReader {

    private final Unit unit;
    private final ByteReader reader;
    private @Nullable Abbreviation abbreviation;
    /** Where the value of each of the entry's attributes begins. */
    private int[] values = new int[16];

    private int start;
    private int depth;
    private int following;
    private int followingDepth;

    EntryReader(Unit unit, ByteReader bytes) {
        this.unit = unit;
        this.reader = bytes;
        this.following = unit.header().firstEntry();
    }

    Unit unit() {
        return unit;
    }

    /** Moves to the next entry; false at the end of the unit. */
    boolean next() {
        reader.seek(following);
        while (reader.hasRemaining()) {
            int at = reader.position();
            long code = reader.uleb();
            if (code != 0) {
                read(at, unit.abbreviation(code));
                return true;
            }
            followingDepth = Math.max(0, followingDepth - 1);
        }
        following = reader.position();
        abbreviation = null;
        return false;
    }

    /** Moves to the entry at an offset from the unit's start; its depth counts as 0. */
    EntryReader seek(long offset) {
        if (offset < unit.header().firstEntry()) {
            throw new DwarfException("%s: offset 0x%x of the unit is in its header".formatted(reader.name(), offset));
        }
        reader.seek(offset);
        followingDepth = 0;
        read((int) offset, unit.abbreviation(reader.uleb()));
        return this;
    }

    private void read(int at, Abbreviation shape) {
        abbreviation = shape;
        start = at;
        depth = followingDepth;
        Form[] forms = shape.forms;
        if (forms.length > values.length) {
            values = Arrays.copyOf(values, forms.length);
        }
        Encoding encoding = unit.encoding();
        for (int i = 0; i < forms.length; i++) {
            values[i] = reader.position();
            forms[i].skip(reader, encoding);
        }
        following = reader.position();
        followingDepth = shape.hasChildren ? depth + 1 : depth;
    }

    /** Makes {@link #next} pass over the children of this entry; costs nothing where DW_AT_sibling says where they end. */
    void skipChildren() {
        if (followingDepth == depth) {
            return;
        }
        OptionalLong sibling = reference(Attribute.SIBLING);
        long target = sibling.orElse(0) - unit.header().offset();
        if (target >= following && target <= reader.size()) {
            following = (int) target;
            followingDepth = depth;
            return;
        }
        int parent = depth;
        int open = followingDepth;
        reader.seek(following);
        while (open > parent && reader.hasRemaining()) {
            long code = reader.uleb();
            if (code == 0) {
                open--;
                continue;
            }
            Abbreviation shape = unit.abbreviation(code);
            for (Form form : shape.forms) {
                form.skip(reader, unit.encoding());
            }
            open += shape.hasChildren ? 1 : 0;
        }
        following = reader.position();
        followingDepth = parent;
    }

    int tag() {
        return abbreviation == null ? 0 : abbreviation.tag;
    }

    /** Where the entry begins in .debug_info. */
    long offset() {
        return unit.header().offset() + start;
    }

    /** How many entries enclose this one; 0 for the first of the unit. */
    int depth() {
        return depth;
    }

    boolean hasChildren() {
        return abbreviation != null && abbreviation.hasChildren;
    }

    boolean has(int attribute) {
        return abbreviation != null && abbreviation.indexOf(attribute) >= 0;
    }

    String string(int attribute, String otherwise) {
        return value(attribute, otherwise, this::readString);
    }

    /** A constant or flag. */
    long constant(int attribute, long otherwise) {
        return value(attribute, OptionalLong.empty(), this::readNumber).orElse(otherwise);
    }

    boolean flag(int attribute) {
        return constant(attribute, 0) != 0;
    }

    OptionalLong address(int attribute) {
        return value(attribute, OptionalLong.empty(), this::readAddress);
    }

    /** An offset into another section, whatever form the version of the unit writes it in. */
    OptionalLong sectionOffset(int attribute) {
        return value(attribute, OptionalLong.empty(), this::readNumber);
    }

    /** The offset in .debug_info of the entry that an attribute refers to; empty for entries of type units and other files. */
    OptionalLong reference(int attribute) {
        return value(attribute, OptionalLong.empty(), this::readReference);
    }

    /** Whether an attribute refers to an entry. */
    boolean isReference(int attribute) {
        return value(attribute, false, (form, constant) -> switch (form) {
            case REF1, REF2, REF4, REF8, REF_UDATA, REF_ADDR -> true;
            default -> false;
        });
    }

    /** A DWARF expression (DWARF 5, 2.5); empty for a location list, or where there is none. */
    Optional<ByteReader> expression(int attribute) {
        return value(attribute, Optional.empty(), this::readExpression);
    }

    /**
     * The DWARF expression that holds at an address, be it one for all addresses or one of a location list (DWARF 5, 2.6);
     * empty where there is none for this address.
     */
    Optional<ByteReader> expression(int attribute, long address) {
        return value(attribute, Optional.empty(), (form, constant) -> switch (form) {
            case SEC_OFFSET, DATA4, DATA8 ->
                LocationLists.find(unit, form.readNumber(reader, unit.encoding()), address);
            case LOCLISTX -> LocationLists.findIndexed(unit, form.readNumber(reader, unit.encoding()), address);
            default -> readExpression(form, constant);
        });
    }

    /** A constant that is one number; empty where it is not there, or told by an expression or another entry. */
    OptionalLong plainConstant(int attribute) {
        return value(attribute, OptionalLong.empty(), (form, constant) -> switch (form) {
            case DATA1, DATA2, DATA4, DATA8, SDATA, UDATA, IMPLICIT_CONST, FLAG, FLAG_PRESENT ->
                readNumber(form, constant);
            default -> OptionalLong.empty();
        });
    }

    /** The bytes of a constant that is no number, such as a string with its NUL; empty where there is none. */
    Optional<byte[]> constantBytes(int attribute) {
        return value(attribute, Optional.empty(), (form, constant) -> switch (form) {
            case BLOCK, BLOCK1, BLOCK2, BLOCK4, EXPRLOC -> Optional.of(bytes(form.readBlockLength(reader)));
            case DATA16 -> Optional.of(bytes(16));
            case STRING, STRP, LINE_STRP, STRX, STRX1, STRX2, STRX3, STRX4 ->
                Optional.of((readString(form, constant) + "\0").getBytes(StandardCharsets.UTF_8));
            default -> Optional.empty();
        });
    }

    private byte[] bytes(long length) {
        ByteBuffer block = reader.block(length);
        byte[] bytes = new byte[block.remaining()];
        block.get(bytes);
        return bytes;
    }

    /** The addresses that the entry covers, by DW_AT_low_pc and DW_AT_high_pc or DW_AT_ranges (DWARF 5, 2.17). */
    AddressRanges ranges() {
        if (has(Attribute.RANGES)) {
            return value(Attribute.RANGES, AddressRanges.NONE, this::readRanges);
        }
        OptionalLong low = address(Attribute.LOW_PC);
        if (low.isEmpty() || unit.file().isDiscarded(low.getAsLong(), unit.encoding())) {
            return AddressRanges.NONE;
        }
        return value(Attribute.HIGH_PC, AddressRanges.NONE, (form, constant) -> {
            boolean isLength = form != Form.ADDR && !isAddressIndex(form);
            long high = isLength
                    ? low.getAsLong() + number(form, constant)
                    : readAddress(form, constant).orElseThrow();
            return AddressRanges.of(low.getAsLong(), high);
        });
    }

    /** Decodes a value whose first byte the reader stands on. */
    private interface Decoder<T> {
        T decode(Form form, long implicitConstant);
    }

    private <T> T value(int attribute, T otherwise, Decoder<T> decoder) {
        int index = abbreviation == null ? -1 : abbreviation.indexOf(attribute);
        if (abbreviation == null || index < 0) {
            return otherwise;
        }
        try {
            reader.seek(values[index]);
            Form form = abbreviation.forms[index];
            return decoder.decode(
                    form == Form.INDIRECT ? Form.readIndirect(reader) : form, abbreviation.implicitConstants[index]);
        } catch (ElfException e) {
            unit.file().warnings().lost("attribute 0x%x at .debug_info offset 0x%x".formatted(attribute, offset()), e);
            return otherwise;
        }
    }

    private OptionalLong readNumber(Form form, long implicitConstant) {
        return OptionalLong.of(number(form, implicitConstant));
    }

    private long number(Form form, long implicitConstant) {
        return switch (form) {
            case IMPLICIT_CONST -> implicitConstant;
            case FLAG_PRESENT -> 1;
            default -> form.readNumber(reader, unit.encoding());
        };
    }

    private OptionalLong readAddress(Form form, long implicitConstant) {
        if (form == Form.ADDR) {
            return OptionalLong.of(form.readNumber(reader, unit.encoding()));
        }
        if (isAddressIndex(form)) {
            return OptionalLong.of(unit.addressAt(form.readNumber(reader, unit.encoding())));
        }
        throw form.notA("address", reader);
    }

    private static boolean isAddressIndex(Form form) {
        return switch (form) {
            case ADDRX, ADDRX1, ADDRX2, ADDRX3, ADDRX4, GNU_ADDR_INDEX -> true;
            default -> false;
        };
    }

    private String readString(Form form, long implicitConstant) {
        return unit.readString(form, reader, unit.encoding());
    }

    private OptionalLong readReference(Form form, long implicitConstant) {
        return switch (form) {
            case REF1, REF2, REF4, REF8, REF_UDATA ->
                OptionalLong.of(unit.header().offset() + form.readNumber(reader, unit.encoding()));
            case REF_ADDR -> OptionalLong.of(form.readNumber(reader, unit.encoding()));
            case REF_SIG8, REF_SUP4, REF_SUP8, GNU_REF_ALT -> OptionalLong.empty();
            default -> throw form.notA("reference", reader);
        };
    }

    private Optional<ByteReader> readExpression(Form form, long implicitConstant) {
        return switch (form) {
            case EXPRLOC, BLOCK, BLOCK1, BLOCK2, BLOCK4 -> {
                long length = form.readBlockLength(reader);
                yield Optional.of(reader.slice(reader.position(), length));
            }
            default -> Optional.empty();
        };
    }

    private AddressRanges readRanges(Form form, long implicitConstant) {
        long number = form.readNumber(reader, unit.encoding());
        return form == Form.RNGLISTX ? RangeLists.readIndexed(unit, number) : RangeLists.read(unit, number);
    }
}
