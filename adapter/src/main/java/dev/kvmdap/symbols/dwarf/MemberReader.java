package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the members of structures, unions and classes (DWARF 5, 5.7). */
final class MemberReader {

    private final DwarfFile file;
    private final TypeReader types;

    MemberReader(DwarfFile file, TypeReader types) {
        this.file = file;
        this.types = types;
    }

    /** The members of the structure at an offset of .debug_info. */
    List<Member> members(long structure) {
        List<Member> members = new ArrayList<>();
        try {
            EntryReader entry = file.entryAt(structure);
            Children children = entry == null ? null : new Children(entry);
            while (entry != null && children != null && children.next()) {
                boolean isStatic = entry.flag(Attribute.EXTERNAL) || entry.flag(Attribute.DECLARATION);
                if ((entry.tag() == Tag.MEMBER && !isStatic) || entry.tag() == Tag.INHERITANCE) {
                    members.add(member(entry));
                }
            }
        } catch (ElfException e) {
            file.warnings().lost("members of the structure at .debug_info offset 0x%x".formatted(structure), e);
        }
        return members;
    }

    private Member member(EntryReader entry) {
        String name = entry.tag() == Tag.INHERITANCE ? "" : entry.string(Attribute.NAME, "");
        Type type = types.typeOf(entry);
        long offset = offset(entry);
        int bits = (int) entry.constant(Attribute.BIT_SIZE, 0);
        if (bits <= 0 || bits > Long.SIZE) {
            return Member.of(name, type, offset);
        }
        long first = firstBit(entry, type, offset, bits);
        return new Member(name, type, Math.floorDiv(first, Byte.SIZE), Math.floorMod(first, Byte.SIZE), bits);
    }

    private static long offset(EntryReader entry) {
        OptionalLong constant = entry.plainConstant(Attribute.DATA_MEMBER_LOCATION);
        if (constant.isPresent()) {
            return constant.getAsLong();
        }
        Optional<ByteReader> expression = entry.expression(Attribute.DATA_MEMBER_LOCATION);
        return expression
                .filter(code -> code.hasRemaining() && code.u8() == Operation.PLUS_UCONST)
                .map(ByteReader::uleb)
                .orElse(0L);
    }

    /** The lowest bit of a bit field, from the start of the structure (DWARF 5, 5.7.6; DWARF 3, 5.6.6). */
    private static long firstBit(EntryReader entry, Type type, long offset, int bits) {
        OptionalLong modern = entry.plainConstant(Attribute.DATA_BIT_OFFSET);
        if (modern.isPresent()) {
            return modern.getAsLong();
        }
        if (!entry.has(Attribute.BIT_OFFSET)) {
            return offset * Byte.SIZE;
        }
        long unit = entry.constant(Attribute.BYTE_SIZE, type.bytes());
        return (offset + unit) * Byte.SIZE - entry.constant(Attribute.BIT_OFFSET, 0) - bits;
    }
}
