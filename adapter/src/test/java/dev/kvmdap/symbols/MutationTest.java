package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Section;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MutationTest {

    private static final int ROUNDS = 750;

    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({"32, -gdwarf-2", "64, -gdwarf-4", "64, -gdwarf-5", "64, -gz=zlib"})
    void damagedImageGivesAnAnswerOrAnElfException(int bits, String option) throws IOException {
        SampleGuest guest = SampleGuest.build(
                folder, bits, "-g", "-O1", option, "-ffunction-sections", "-fno-asynchronous-unwind-tables");
        byte[] image = Files.readAllBytes(guest.image());
        List<Section> sections = ElfFile.open(guest.image()).sections().stream()
                .filter(section ->
                        section.name().startsWith(".debug") || section.name().startsWith(".symtab"))
                .toList();
        Random random = new Random(option.hashCode());
        int answered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mutant = mutate(image.clone(), sections, random);
            answered += assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> ask(ByteBuffer.wrap(mutant), guest) ? 1 : 0);
        }
        assertThat(answered).isGreaterThan(ROUNDS / 2);
    }

    private static byte[] mutate(byte[] image, List<Section> sections, Random random) {
        int mutations = 1 + random.nextInt(6);
        for (int i = 0; i < mutations; i++) {
            Section section = sections.get(random.nextInt(sections.size()));
            int place = (int) (section.offset() + random.nextInt((int) section.size()));
            image[place] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (random.nextBoolean() ? 0xff : 0);
        }
        return image;
    }

    /** Whether the image could be opened. */
    private static boolean ask(ByteBuffer image, SampleGuest guest) {
        Symbols symbols;
        try {
            ElfFile elf = ElfFile.parse("mutant", image);
            symbols = Symbols.of(List.of(SymbolFile.of(guest.image(), 0, elf, SourceMap.none())));
        } catch (ElfException e) {
            return false;
        }
        for (int line = 1; line < 80; line += 7) {
            symbols.resolve(guest.source("calls.c"), line);
        }
        StackMemory stack = StackMemory.at(0x8000, 8, 0x100010);
        for (long address = 0x100000; address < 0x100100; address += 5) {
            symbols.lineAt(address);
            symbols.lineRanges(address);
            symbols.describe(address);
            FrameRegisters frame =
                    FrameRegisters.x86_64().set(16, address).set(7, 0x8000).set(6, 0x8000);
            symbols.unwind(frame, stack);
            symbols.locals(address).forEach(MutationTest::look);
            symbols.unwind(FrameRegisters.i386().set(8, address).set(4, 0x8000), stack);
        }
        symbols.functionsNamed("sum").forEach(symbols::afterPrologue);
        symbols.functionsNamed("nobody");
        for (String name : List.of("counter", "grid", "message", "nobody")) {
            symbols.variable(name).ifPresent(MutationTest::look);
        }
        for (String name : List.of("word", "int", "nobody")) {
            symbols.type(TypeName.ordinary(name), 0x100000).ifPresent(Type::readAhead);
        }
        symbols.type(new TypeName(TypeName.Keyword.STRUCT, "point"), 0).ifPresent(Type::readAhead);
        symbols.enumerator("GREEN", 0);
        symbols.variableIn("sum", "total");
        symbols.sources();
        symbols.linesWithCode(guest.source("inline.h"), 1, 10);
        return true;
    }

    /** Looks at all that is told of a variable. */
    private static void look(Variable variable) {
        variable.type().readAhead();
        assertThat(variable.type().name()).isNotNull();
        assertThat(variable.type().bytes()).isNotNegative();
        if (variable.location() instanceof Location.Memory memory) {
            try {
                memory.address().evaluate(NoFrame.INSTANCE);
            } catch (NoValueException noFrame) {
                assertThat(noFrame).hasMessageMatching("(is|belongs|cannot) .*");
            }
        }
    }
}
