package dev.kvmdap.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random expressions must have the type and value that gcc gives them, and do to memory what they do in its program. */
class AgainstCompilerTest {

    private static final long SEED = 0x6b766d646170L;
    private static final int EXPRESSIONS = 1000;
    private static final long CANONICAL_NAN = 0x7ff8_0000_0000_0000L;

    private final Random random = new Random(SEED);
    private final RandomExpressions expressions = new RandomExpressions(random);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {64, 32})
    void randomExpressionsDoWhatTheCompilerMakesOfThem(int bits) throws IOException {
        SampleMemory names = new SampleMemory(bits == 64 ? DataModel.LP64 : DataModel.ILP32);
        byte[] initial = names.fill(random);
        List<String> statements = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        while (texts.size() < EXPRESSIONS) {
            int kind = random.nextInt(5);
            boolean typed = kind != 0;
            String text = kind > 1
                    ? expressions.any(1 + random.nextInt(4))
                    : typed ? expressions.change() : expressions.changeOfField();
            try {
                expected.add(evaluated(text, names, initial.clone(), typed));
                texts.add(text);
                statements.add((typed ? "SHOW(" : "DO(") + text + ");");
            } catch (ExpressionException undefined) {
                assertThat(undefined)
                        .as(text)
                        .hasMessageMatching(
                                "col \\d+: (division by zero|a shift by .*|.* does not fit the \\d+ bits of .*|there is no memory at .*)");
            }
        }

        List<String> actual = compiled(bits, names, initial, statements).lines().toList();

        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.min(actual.size(), EXPRESSIONS); i++) {
            if (!actual.get(i).equals(expected.get(i))) {
                differences.add(texts.get(i) + "\n    gcc   " + actual.get(i) + "\n    we    " + expected.get(i));
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
        assertThat(actual).hasSameSizeAs(expected);
    }

    /** Type, value, and a hash of what the memory holds then. */
    private static String evaluated(String text, SampleMemory names, byte[] bytes, boolean typed) {
        ByteBuffer memory = SampleMemory.memory(bytes);
        Bound<ByteBuffer> bound = Expression.parse(text).bindToChange(names);
        long value = bound.evaluate(memory);
        Type type = bound.type().stripped();
        if (type instanceof FloatType && Double.isNaN(Double.longBitsToDouble(value))) {
            value = CANONICAL_NAN;
        }
        if (type instanceof ArrayType array) {
            type = names.pointerTo(array.element());
        }
        long shown = type instanceof PointerType && names.model().pointerBytes() == Integer.BYTES ? (int) value : value;
        int hash = (int) 2166136261L;
        for (byte one : bytes) {
            hash = (hash ^ (one & 0xff)) * 16777619;
        }
        return "%s %016x %016x".formatted(typed ? type : "-", typed ? shown : 0, hash & 0xffff_ffffL);
    }

    private String compiled(int bits, SampleMemory names, byte[] initial, List<String> statements) throws IOException {
        StringBuilder c = new StringBuilder("#define STATE_BYTES %d%n".formatted(SampleMemory.BYTES));
        c.append("#include \"compared.h\"\n").append(names.declarations());
        c.append("__attribute__((section(\".state\"))) byte_t state[STATE_BYTES] = {1};\n");
        c.append("const byte_t initial[STATE_BYTES] = {");
        for (byte one : initial) {
            c.append(one & 0xff).append(',');
        }
        c.append("};\nvoid _start(void)\n{\n");
        statements.forEach(statement -> c.append("    ").append(statement).append('\n'));
        c.append("    call(1, 0, 0, 0);\n    for (;;);\n}\n");
        Toolchain tools = new Toolchain(folder);
        tools.source(AgainstCompilerTest.class, "compared.h");
        Files.writeString(tools.file("compared.c"), c);
        tools.run(
                "gcc",
                "-m" + bits,
                "-std=gnu11",
                "-w",
                "-fwrapv",
                "-ffreestanding",
                "-fno-stack-protector",
                "-fno-pic",
                "-msse2",
                "-mfpmath=sse",
                "-nostdlib",
                "-static",
                "-Wl,--section-start=.state=0x%x".formatted(SampleMemory.BASE),
                "-o",
                "compared",
                "compared.c");
        return tools.run("env", tools.file("compared").toString());
    }
}
