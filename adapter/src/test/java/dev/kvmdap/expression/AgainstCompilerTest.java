package dev.kvmdap.expression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvmdap.types.IntegerType;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random expressions must have the value and the type that gcc gives them. */
class AgainstCompilerTest {

    private static final long SEED = 0x6b766d646170L;
    private static final int EXPRESSIONS = 1500;

    private static final Map<String, IntegerType> VARIABLES = Map.of(
            "a",
            IntegerType.of(1, true),
            "b",
            IntegerType.of(1, false),
            "c",
            IntegerType.of(2, true),
            "d",
            IntegerType.of(2, false),
            "e",
            IntegerType.INT,
            "f",
            IntegerType.UNSIGNED_INT,
            "g",
            IntegerType.LONG,
            "h",
            IntegerType.UNSIGNED_LONG);

    private static final List<String> LITERALS = List.of(
            "0",
            "1",
            "7",
            "42",
            "255",
            "2147483647",
            "2147483648",
            "0x80000000",
            "0xffffffff",
            "0x7fffffffffffffff",
            "0xffffffffffffffff",
            "017",
            "0b1011",
            "3u",
            "5l",
            "9ul",
            "0xfULL",
            "'A'",
            "'\\xfe'",
            "'\\n'");

    private static final List<String> BINARY =
            List.of("*", "/", "%", "+", "-", "<<", ">>", "<", "<=", ">", ">=", "==", "!=", "&", "^", "|", "&&", "||");

    private final Random random = new Random(SEED);

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsCompiler() {
        boolean found = Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "gcc")));
        assumeTrue(found, "no gcc on the PATH to compare with: apt install gcc");
    }

    @Test
    void randomExpressionsHaveTheValueAndTypeThatTheCompilerGives() throws IOException, InterruptedException {
        Map<String, Long> state = new HashMap<>();
        SampleNames names = new SampleNames();
        VARIABLES.forEach((name, type) -> {
            names.variable(name, type);
            state.put(name, type.extend(random.nextLong() >> random.nextInt(64)));
        });
        List<String> texts = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        while (texts.size() < EXPRESSIONS) {
            String text = expression(1 + random.nextInt(5));
            try {
                Bound<Map<String, Long>> bound = Expression.parse(text).bind(names);
                expected.add(bound.type() + " " + Long.toHexString(bound.evaluate(state)));
                texts.add(text);
            } catch (ExpressionException undefined) {
                assertThat(undefined).hasMessageMatching("col \\d+: (division by zero|a shift by .*)");
            }
        }

        List<String> actual = compileAndRun(program(state, texts));

        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < EXPRESSIONS; i++) {
            assertThat(expected.get(i)).as(texts.get(i)).isEqualTo(actual.get(i));
        }
    }

    private String expression(int depth) {
        if (depth == 0) {
            return random.nextInt(3) == 0 ? LITERALS.get(random.nextInt(LITERALS.size())) : variable();
        }
        return switch (random.nextInt(8)) {
            case 0 -> List.of("- ", "~", "!", "+ ").get(random.nextInt(4)) + expression(depth - 1);
            case 1 -> "(" + expression(depth - 1) + ")";
            case 2 -> expression(depth - 1) + " ? " + expression(depth - 1) + " : " + expression(depth - 1);
            default ->
                expression(depth - 1) + " " + BINARY.get(random.nextInt(BINARY.size())) + " "
                        + expression(random.nextInt(depth));
        };
    }

    private String variable() {
        return VARIABLES.keySet().stream()
                .sorted()
                .skip(random.nextInt(VARIABLES.size()))
                .findFirst()
                .orElseThrow();
    }

    private static String program(Map<String, Long> state, List<String> texts) {
        StringBuilder c = new StringBuilder("""
                #include <stdio.h>
                #define TYPE(e) _Generic((e), signed char: "signed char", unsigned char: "unsigned char", \\
                    short: "short", unsigned short: "unsigned short", int: "int", unsigned int: "unsigned int", \\
                    long: "long", unsigned long: "unsigned long", \\
                    long long: "long long", unsigned long long: "unsigned long long")
                #define SHOW(e) printf("%s %lx\\n", TYPE(e), (unsigned long) (e))
                """);
        VARIABLES.forEach((name, type) ->
                c.append("volatile %s %s = (%s) 0x%xul;%n".formatted(type, name, type, state.get(name))));
        c.append("int main(void) {\n");
        texts.forEach(text -> c.append("  SHOW((").append(text).append("));\n"));
        return c.append("  return 0;\n}\n").toString();
    }

    private List<String> compileAndRun(String source) throws IOException, InterruptedException {
        Path c = Files.writeString(folder.resolve("expressions.c"), source);
        Path program = folder.resolve("expressions");
        run(List.of("gcc", "-std=gnu11", "-w", "-fwrapv", "-o", program.toString(), c.toString()));
        return run(List.of(program.toString())).lines().toList();
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
