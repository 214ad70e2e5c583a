package dev.kvmdap.bios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Symbol;
import dev.kvmdap.elf.Toolchain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BiosRomTest {

    private final BiosRom rom = new BiosRom();

    @TempDir
    Path folder = Path.of("");

    @Test
    void processorStartsInARoutineThatResetsTheMachine() {
        byte[] bytes = rom.bytes();

        assertThat(bytes).hasSize(0x10000);
        assertThat(bytes[0xfff0]).as("far jump").isEqualTo((byte) 0xea);
        int target = (bytes[0xfff1] & 0xff) | (bytes[0xfff2] & 0xff) << 8;
        assertThat(symbolAt(0xf0000 + target)).isEqualTo("bios_reset");
        assertThat(bytes[0xfffe]).as("model: AT").isEqualTo((byte) 0xfc);
    }

    @Test
    void everyVectorLeadsToARoutineOrATable() {
        for (int vector = 0; vector < 256; vector++) {
            int pointer = rom.vector(vector);
            long address = (long) (pointer >>> 16) * 16 + (pointer & 0xffff);
            String expected = switch (vector) {
                case 0x00, 0x06, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x08, 0x09 ->
                    "bios_int%02x".formatted(vector);
                case 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f -> "bios_irq";
                case 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77 -> "bios_second_irq";
                case 0x1e -> "";
                default -> "bios_iret";
            };
            assertThat(symbolAt(address)).as("vector 0x%x", vector).isEqualTo(expected);
        }
    }

    @Test
    void symbolsAreAnElfFileThatOthersCanRead() throws IOException {
        Toolchain tools = new Toolchain(folder);
        Files.write(folder.resolve("bios.elf"), rom.symbols());

        assertThat(tools.run("readelf", "-Ws", "bios.elf")).contains("FUNC    GLOBAL DEFAULT    1 bios_int13");
        assertThat(tools.run("readelf", "-Wwf", "bios.elf"))
                .contains("DW_CFA_def_cfa: r4 (esp) ofs 6")
                .contains("DW_OP_deref_size: 2")
                .contains("DW_CFA_def_cfa_offset: 44");
        assertThat(tools.run("objdump", "-d", "-m", "i8086", "-M", "intel", "bios.elf"))
                .containsSubsequence(
                        "<bios_service>:",
                        "pushad",
                        "push   ds",
                        "push   es",
                        "out    0xb4,eax",
                        "in     al,0xb4",
                        "pop    es",
                        "pop    ds",
                        "popad",
                        "add    sp,0x2",
                        "iret",
                        "sti",
                        "hlt",
                        "<bios_int13>:",
                        "push   0x13")
                .doesNotContain("(bad)");
    }

    private String symbolAt(long address) {
        return ElfFile.parse("rom", ByteBuffer.wrap(rom.symbols()))
                .symbols()
                .codeAt(address)
                .filter(symbol -> symbol.value() == address)
                .map(Symbol::name)
                .orElse("");
    }
}
