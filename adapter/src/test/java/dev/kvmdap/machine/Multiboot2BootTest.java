package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class Multiboot2BootTest {

    private static final int MIB = 1 << 20;
    private static final int HEADER = 0x40;
    private static final int IMAGE_BYTES = 0x1000;
    private static final int OPTIONAL = 1;

    @TempDir
    Path folder = Path.of("");

    private final SparseRam ram = new SparseRam(16 * MIB);

    /** A header tag with a content of numbers. */
    private record Tag(int type, int flags, List<Integer> numbers) {

        Tag(int type, int flags, Integer... numbers) {
            this(type, flags, List.of(numbers));
        }

        byte[] bytes() {
            int size = 8 + 4 * numbers.size();
            ByteBuffer bytes = ByteBuffer.allocate(size + 7 & -8).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putShort((short) type).putShort((short) flags).putInt(size);
            numbers.forEach(bytes::putInt);
            return bytes.array();
        }
    }

    private static final Tag ADDRESSES = new Tag(2, 0, MIB + HEADER, MIB, 0, MIB + 2 * IMAGE_BYTES);
    private static final Tag ENTRY = new Tag(3, 0, MIB + 0x10);

    @Test
    void kernelStartsInProtectedModeWithMagicAndInformation() throws IOException {
        BootedImage booted = Boot.of(kernel(ADDRESSES, ENTRY)).into(ram);

        InitialState state = booted.initialState();
        assertThat(booted.protocol()).isEqualTo(BootProtocol.MULTIBOOT2);
        assertThat(booted.recognition()).contains("because it has a Multiboot 2 header at offset 0x40");
        assertThat(booted.remarks()).isEmpty();
        assertThat(state.mode()).isEqualTo(CpuMode.PROTECTED);
        assertThat(state.entry()).isEqualTo(new GuestVirtual(MIB + 0x10));
        assertThat(state.rax()).isEqualTo(0x36d7_6289L);
        assertThat(state.rbx() % 8).isZero();
        assertThat(types(state.rbx())).containsExactly(1, 2, 4, 6, 8);
    }

    @Test
    void acpiTablesAreHandedOnInTheFormsTheyHave() throws IOException {
        LoadMap map = new LoadMap(ram);
        ByteBuffer root = ByteBuffer.allocate(36);
        root.put("RSD PTR ".getBytes(StandardCharsets.US_ASCII)).put(15, (byte) 2);
        map.setAcpiRoot(new AcpiRoot(0xe0000, root.rewind()));
        Path kernel = kernel(ADDRESSES, ENTRY);

        LoadedImage loaded =
                new Multiboot2Boot().load(ImageFile.open("program", kernel), BootConfiguration.of(kernel), map);

        long info = loaded.initialState().rbx();
        assertThat(types(info)).containsExactly(1, 2, 4, 6, 8, 14, 15);
        assertThat(ram.readInt(tag(info, 14) + 4)).isEqualTo(28);
        assertThat(ram.text(tag(info, 14) + 8, 8)).isEqualTo("RSD PTR ");
        assertThat(ram.readInt(tag(info, 15) + 4)).isEqualTo(44);
        assertThat(ram.text(tag(info, 15) + 8, 8)).isEqualTo("RSD PTR ");
    }

    @Test
    void whatIsAskedForAndNotThereIsNamed() throws IOException {
        Tag wishes = new Tag(1, 0, 7, 12, 13, 14);
        Tag graphics = new Tag(5, OPTIONAL, 1024, 768, 32);
        Tag efi = new Tag(7, 0);

        BootedImage booted =
                Boot.of(kernel(wishes, graphics, efi, ADDRESSES, ENTRY)).into(ram);

        assertThat(String.join("\n", booted.remarks()))
                .contains(
                        "VBE information (tag 7)",
                        "EFI 64-bit system table (tag 12)",
                        "no EFI here",
                        "SMBIOS tables (tag 13)",
                        "ACPI 1.0 RSDP (tag 14)",
                        "framebuffer of 1024 by 768",
                        "text screen at 0xb8000",
                        "EFI's boot services");
    }

    static Stream<Arguments> requirements() {
        return Stream.of(
                Arguments.of(new Tag(1, 0, 99), "information that Multiboot 2 does not define (type 99)"),
                Arguments.of(new Tag(99, 0), "what Multiboot 2 does not define (tag type 99)"),
                Arguments.of(new Tag(4, 0, 1), "requires a screen that is no text screen"));
    }

    @ParameterizedTest
    @MethodSource("requirements")
    void requirementsThatCannotBeGrantedAreNamed(Tag tag, String message) throws IOException {
        Path kernel = kernel(ADDRESSES, ENTRY, tag);

        assertThatThrownBy(() -> Boot.of(kernel).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("kernel.bin", "offset 0x40", message);
    }

    @Test
    void optionalTagsMayBeUnknown() throws IOException {
        Path kernel = kernel(ADDRESSES, ENTRY, new Tag(99, OPTIONAL), new Tag(1, OPTIONAL, 99));

        assertThat(Boot.of(kernel).into(ram).protocol()).isEqualTo(BootProtocol.MULTIBOOT2);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                Arguments.of(List.of(ADDRESSES), "no entry address (tag 3)"),
                Arguments.of(List.of(new Tag(3, 0), ADDRESSES), "tag of type 3 at offset 0x50 of only 8 bytes"),
                Arguments.of(List.of(ENTRY), "this should be an ELF file"),
                Arguments.of(
                        List.of(new Tag(2, 0, MIB + HEADER, MIB + 0x80, 0, 0), ENTRY),
                        "load_addr 0x100080 must be at most header_addr"),
                Arguments.of(List.of(new Tag(2, 0, 0x20, -1, 0, 0), ENTRY), "at most header_addr 0x20"),
                Arguments.of(List.of(ADDRESSES, ENTRY, new Tag(10, 0, 0, -1, 3, 0)), "alignment of 0x3"),
                Arguments.of(
                        List.of(ADDRESSES, ENTRY, new Tag(10, 0, 0x200000, 0x200fff, 0x1000, 0)),
                        "from 0x200000 to 0x200fff, where there is no room for its 8192 bytes"));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void wrongTagsAreNamed(List<Tag> tags, String message) throws IOException {
        Path kernel = kernel(tags.toArray(Tag[]::new));

        assertThatThrownBy(() -> Boot.of(kernel).as(BootProtocol.MULTIBOOT2).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("kernel.bin", message);
    }

    @Test
    void headerThatIsNoneIsExplained() throws IOException {
        byte[] bytes = Files.readAllBytes(kernel(ADDRESSES, ENTRY));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(HEADER + 12, 1);
        Path kernel = Files.write(folder.resolve("wrong.bin"), bytes);
        assertThatThrownBy(() -> Boot.of(kernel).as(BootProtocol.MULTIBOOT2).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("wrong.bin", "wrong checksum");

        byte[] moved = new byte[IMAGE_BYTES];
        System.arraycopy(Files.readAllBytes(kernel(ADDRESSES, ENTRY)), HEADER, moved, HEADER + 4, 0x100);
        Path unaligned = Files.write(folder.resolve("unaligned.bin"), moved);
        assertThatThrownBy(() -> Boot.of(unaligned).as(BootProtocol.MULTIBOOT2).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("unaligned.bin", "multiple of 8");

        Path plain = Files.writeString(folder.resolve("plain.bin"), "no header");
        assertThatThrownBy(() -> Boot.of(plain).as(BootProtocol.MULTIBOOT2).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("plain.bin", "no Multiboot 2 header", "32 KiB");
    }

    @Test
    void headerForAnotherArchitectureIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(kernel(ADDRESSES, ENTRY));
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(HEADER + 4, 4).putInt(HEADER + 12, header.getInt(HEADER + 12) - 4);
        Path kernel = Files.write(folder.resolve("mips.bin"), bytes);

        assertThatThrownBy(() -> Boot.of(kernel).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("mips.bin", "architecture 4");
    }

    @Test
    void damagedKernelsEitherBootOrAreRefused() throws IOException {
        byte[] original = Files.readAllBytes(kernel(
                new Tag(1, 0, 1, 6, 9), new Tag(4, 0, 3), ADDRESSES, ENTRY, new Tag(10, 0, MIB, 8 * MIB, 4096, 1)));
        Random random = new Random(3);
        for (int i = 0; i < 1_000; i++) {
            byte[] damaged = original.clone();
            for (int count = 1 + random.nextInt(4); count > 0; count--) {
                damaged[HEADER + random.nextInt(0x90)] = (byte) random.nextInt();
            }
            sum(damaged);
            Path file = Files.write(folder.resolve("damaged"), damaged);
            try {
                Boot.of(file).as(BootProtocol.MULTIBOOT2).into(new SparseRam(16 * MIB));
            } catch (BootException e) {
                assertThat(e).hasMessageContaining(" ");
            }
        }
    }

    /** The types of the information's tags, which fill it up to its end. */
    private List<Integer> types(long info) {
        List<Integer> types = new ArrayList<>();
        long at = info + 8;
        while (ram.readInt(at) != 0) {
            types.add((int) ram.readInt(at));
            at += ram.readInt(at + 4) + 7 & -8;
        }
        assertThat(at + 8 - info).as("total size").isEqualTo(ram.readInt(info));
        return types;
    }

    private long tag(long info, int type) {
        long at = info + 8;
        while (ram.readInt(at) != type) {
            at += ram.readInt(at + 4) + 7 & -8;
        }
        return at;
    }

    private Path kernel(Tag... tags) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(IMAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(HEADER + 16);
        for (Tag tag : tags) {
            bytes.put(tag.bytes());
        }
        bytes.putInt(0).putInt(8);
        bytes.putInt(HEADER, 0xe852_50d6).putInt(HEADER + 8, bytes.position() - HEADER);
        sum(bytes.array());
        return Files.write(folder.resolve("kernel.bin"), bytes.array());
    }

    /** Makes the checksum right. */
    private static void sum(byte[] image) {
        ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(HEADER + 12, -(bytes.getInt(HEADER) + bytes.getInt(HEADER + 4) + bytes.getInt(HEADER + 8)));
    }
}
