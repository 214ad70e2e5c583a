package dev.kvmdap.disassembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.elf.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same code through objdump of the GNU binutils: the same instructions begin at the same places and read the same. */
class AgainstObjdumpTest {

    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\t((?:[0-9a-f]{2} )+)\\s*\\t?(.*)");
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private final Disassembler disassembler = new Disassembler();

    private record Line(long address, int length, String text) {}

    @ParameterizedTest
    @CsvSource({"16, INTEL", "16, ATT", "32, INTEL", "32, ATT", "64, INTEL", "64, ATT"})
    void everyInstructionOfTheCatalogueReadsTheSame(int bits, Syntax syntax) throws IOException {
        Toolchain tools = new Toolchain(folder);
        tools.source(AgainstObjdumpTest.class, "catalogue.s");
        tools.run("as", bits == 64 ? "--64" : "--32", "--defsym", "BITS=" + bits, "-o", "catalogue.o", "catalogue.s");
        compare(flat(tools, "catalogue.o"), bits, syntax);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-m64 -O0", "-m64 -O3 -mavx2 -mbmi2", "-m32 -O2 -march=i686", "-m32 -O0"})
    void compiledCodeReadsTheSame(String options) throws IOException {
        Toolchain tools = new Toolchain(folder);
        tools.source(AgainstObjdumpTest.class, "compiled.c");
        List<String> command = new ArrayList<>(List.of("gcc", "-c", "-ffreestanding", "-o", "compiled.o"));
        command.addAll(List.of(options.split(" ")));
        command.add("compiled.c");
        tools.run(command.toArray(String[]::new));
        for (Syntax syntax : Syntax.values()) {
            compare(flat(tools, "compiled.o"), options.contains("m64") ? 64 : 32, syntax);
        }
    }

    @Test
    void theBootSectorsReadTheSame() throws IOException {
        assumeThat(EXAMPLES).isDirectory();
        Toolchain tools = new Toolchain(folder);
        for (String guest : List.of("boot-sector", "mode-switch")) {
            tools.run("make", "-s", "-C", EXAMPLES.toString(), guest, "BUILD=build/test-O0", "OPT=-O0");
            Path image = EXAMPLES.resolve(guest).resolve("build/test-O0").resolve(guest + ".bin");
            Path copy = Files.copy(image, folder.resolve(guest));
            for (Syntax syntax : Syntax.values()) {
                compare(copy, 16, syntax);
            }
        }
    }

    private Path flat(Toolchain tools, String object) {
        tools.run("objcopy", "-O", "binary", "-j", ".text", object, "flat.bin");
        return tools.file("flat.bin");
    }

    private void compare(Path code, int bits, Syntax syntax) throws IOException {
        List<Line> expected = objdump(code, bits, syntax);
        assertThat(ours(Files.readAllBytes(code), bits, syntax)).isEqualTo(expected);
        assertThat(expected).hasSizeGreaterThan(20);
    }

    private List<Line> ours(byte[] code, int bits, Syntax syntax) {
        List<Line> lines = new ArrayList<>();
        CodeSegment segment = new CodeSegment(0, bits);
        for (int at = 0; at < code.length; ) {
            DecodedInstruction instruction = disassembler.decode(code, at, code.length - at, at, segment);
            int length = disassembler.length(code, at, code.length - at, bits);
            assertThat(Math.max(1, length)).as("length at %x", at).isEqualTo(instruction.length());
            lines.add(new Line(at, instruction.length(), plain(instruction.text(syntax))));
            at += instruction.length();
        }
        return lines;
    }

    private List<Line> objdump(Path code, int bits, Syntax syntax) {
        String machine = bits == 16 ? "i8086" : bits == 32 ? "i386" : "i386:x86-64";
        String output = new Toolchain(folder)
                .run("objdump", "-D", "-w", "-z", "-b", "binary", "-m", machine, "-M", syntax.term(), code.toString());
        List<Line> lines = new ArrayList<>();
        for (String line : output.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                lines.add(new Line(
                        Long.parseLong(matcher.group(1), 16),
                        matcher.group(2).split(" ").length,
                        plain(matcher.group(3))));
            }
        }
        return lines;
    }

    /** Without what the two write differently on purpose: comments, spaces, the sign of a distance to RIP. */
    private static String plain(String text) {
        String bare = text.replaceAll("#.*", "")
                .replaceAll("<[^>]*>", "")
                .replace("OWORD", "XMMWORD")
                .replaceAll("\\s+", " ")
                .strip();
        Matcher distance = Pattern.compile("\\[rip\\+0x(f{8}[0-9a-f]{8})").matcher(bare);
        bare = distance.replaceAll(found -> "[rip-0x" + Long.toHexString(-Long.parseUnsignedLong(found.group(1), 16)));
        return bare.replaceAll("(mov(?:abs)?|,)( ?)(?:BYTE|WORD|DWORD|QWORD) PTR (ds:)", "$1$2$3");
    }
}
