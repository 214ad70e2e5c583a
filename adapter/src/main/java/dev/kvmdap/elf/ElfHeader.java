package dev.kvmdap.elf;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The header at the start of the file (gABI, ELF Header), read strictly for what this program can do with it.
 *
 * @param is64 ELFCLASS64 rather than ELFCLASS32
 * @param stringSection the index of the section with the sections' names
 */
record ElfHeader(
        boolean is64, Machine machine, ElfType type, long entry, Table segments, Table sections, int stringSection) {

    /** {@code e_shstrndx}, {@code e_phnum}: the true number is in section 0. */
    static final int IN_SECTION_ZERO = 0xffff;

    private static final byte[] MAGIC = {0x7f, 'E', 'L', 'F'};
    private static final int CLASS_32 = 1;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int IDENT_SIZE = 16;
    private static final int SIZE_AT_MOST = 64;

    /** Where a table of equal entries lies in the file. */
    record Table(long offset, int entrySize, int count) {}

    static boolean hasMagic(ByteBuffer bytes) {
        byte[] start = new byte[Math.min(MAGIC.length, bytes.remaining())];
        bytes.get(bytes.position(), start);
        return Arrays.equals(start, MAGIC);
    }

    static ElfHeader read(ImageBytes image) {
        String name = image.name();
        ByteBuffer start = image.slice(0, Math.min(image.size(), SIZE_AT_MOST), "the ELF header");
        if (!hasMagic(start)) {
            byte[] found = new byte[Math.min(MAGIC.length, start.remaining())];
            start.get(0, found);
            throw new ElfException("%s is not an ELF file: it begins with %s, an ELF file with 7f 45 4c 46"
                    .formatted(
                            name,
                            found.length == 0
                                    ? "nothing"
                                    : HexFormat.ofDelimiter(" ").formatHex(found)));
        }
        ByteReader reader = new ByteReader(name + ": the ELF header", start).skip(MAGIC.length);
        boolean is64 = readClass(name, reader.u8());
        requireLittleEndian(name, reader.u8());
        reader.seek(IDENT_SIZE);
        int typeCode = reader.u16();
        Machine machine = readMachine(name, reader.u16());
        ElfType type = readType(name, typeCode);
        int word = is64 ? 8 : 4;
        reader.skip(4);
        long entry = reader.unsigned(word);
        long segmentOffset = reader.unsigned(word);
        long sectionOffset = reader.unsigned(word);
        reader.skip(4 + 2);
        Table segments = new Table(segmentOffset, reader.u16(), reader.u16());
        Table sections = new Table(sectionOffset, reader.u16(), reader.u16());
        return new ElfHeader(is64, machine, type, entry, segments, sections, reader.u16());
    }

    private static boolean readClass(String name, int code) {
        if (code != CLASS_32 && code != CLASS_64) {
            throw new ElfException("%s: ELF class %d; 1 (32-bit) and 2 (64-bit) are allowed; the file is damaged"
                    .formatted(name, code));
        }
        return code == CLASS_64;
    }

    private static void requireLittleEndian(String name, int code) {
        if (code != LITTLE_ENDIAN) {
            throw new ElfException("%s is %s; x86 images are little-endian (ELFDATA2LSB): build it for i386 or x86-64"
                    .formatted(name, code == 2 ? "big-endian (ELFDATA2MSB)" : "of data encoding " + code));
        }
    }

    private static Machine readMachine(String name, int code) {
        for (Machine machine : Machine.values()) {
            if (machine.code == code) {
                return machine;
            }
        }
        String built = machineName(code) == null ? "machine " + code : machineName(code);
        throw new ElfException(
                "%s is built for %s; allowed are i386 (EM_386) and x86-64 (EM_X86_64): build it for one of them"
                        .formatted(name, built));
    }

    private static @Nullable String machineName(int code) {
        return switch (code) {
            case 6 -> "Intel MCU (EM_IAMCU)";
            case 8 -> "MIPS (EM_MIPS)";
            case 20 -> "PowerPC (EM_PPC)";
            case 21 -> "PowerPC 64 (EM_PPC64)";
            case 40 -> "Arm (EM_ARM)";
            case 183 -> "Arm 64 (EM_AARCH64)";
            case 243 -> "RISC-V (EM_RISCV)";
            case 258 -> "LoongArch (EM_LOONGARCH)";
            default -> null;
        };
    }

    private static ElfType readType(String name, int code) {
        for (ElfType type : ElfType.values()) {
            if (type.code == code) {
                return type;
            }
        }
        String allowed = Arrays.stream(ElfType.values())
                .map(type -> type.code + " (" + type.name().toLowerCase(Locale.ROOT) + ")")
                .collect(Collectors.joining(", "));
        throw new ElfException("%s: ELF type %d; allowed are %s".formatted(name, code, allowed));
    }

    List<Segment> readSegments(ImageBytes image, int count) {
        int least = is64 ? 56 : 32;
        ByteReader table = readTable(image, segments, count, least, "the program header table");
        Segment[] found = new Segment[count];
        for (int i = 0; i < count; i++) {
            found[i] = Segment.read(table.seek((long) i * segments.entrySize), is64);
        }
        return List.of(found);
    }

    ByteReader sectionTable(ImageBytes image, int count) {
        return readTable(image, sections, count, is64 ? 64 : 40, "the section header table");
    }

    private static ByteReader readTable(ImageBytes image, Table table, int count, int least, String what) {
        if (count > 0 && table.entrySize < least) {
            throw new ElfException(
                    "%s: the entries of %s are %d bytes long; at least %d are wanted; the file is damaged"
                            .formatted(image.name(), what, table.entrySize, least));
        }
        return image.reader(table.offset, (long) count * table.entrySize, what);
    }
}
