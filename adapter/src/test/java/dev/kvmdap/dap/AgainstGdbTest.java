package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Hundreds of expressions about a guest of many types are worth to us what they are to gdb, which is given the same stop as a
 * core file. They are in {@code typed.txt}.
 */
@RequiresKvm
@Timeout(60)
class AgainstGdbTest {

    private static final long RAM = 0;
    private static final int RAM_BYTES = 0x400000;
    private static final Pattern VERB = Pattern.compile("(?:print|output|whatis|ptype|x|info|frame|set)(?:/\\w+)? .*");
    private static final Pattern FORMATTED = Pattern.compile("/(\\w) (.*)");
    private static final Pattern HISTORY = Pattern.compile("^\\$\\d+ = ");
    /** What gdb puts in front of an address to tell its type, which we tell apart. */
    private static final Pattern TYPE =
            Pattern.compile("^(?:\\((?:[^()\"]|\\([^()]*\\))*\\)|\\{[^{}=\"]*\\}) (?=@?0x)");

    private static final Pattern DISTANCE = Pattern.compile("\\+(\\d+)>");
    /** Zeros at the end of a string, which we leave out. */
    private static final Pattern TRAILING_ZEROS =
            Pattern.compile("(?<!\\\\)(?:\\\\000)*\"(?:, '\\\\000' <repeats \\d+ times>)?");

    private static final Pattern REAL = Pattern.compile("-?\\d+(?:\\.\\d+)?(?:e[-+]\\d+)?");

    @TempDir
    private Path folder;

    private final DapTestClient client = DapTestClient.inProcess();

    @ParameterizedTest
    @CsvSource({"64, -O0", "64, -O2", "32, -O0", "32, -O2"})
    void expressionsHaveTheValuesThatGdbGives(int bits, String optimisation) throws IOException {
        TypedGuest guest = TypedGuest.build(folder, bits, optimisation);
        Toolchain tools = guest.tools();
        List<String> lines = Files.readAllLines(tools.source(AgainstGdbTest.class, "typed.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .filter(line -> bits == 64 || !line.startsWith("64: "))
                .map(line -> line.replaceFirst("^64: ", ""))
                .toList();
        List<String> ours;
        try (client) {
            guest.launch(client);
            GuestCore.write(tools.file("core"), client, bits, RAM, RAM_BYTES);
            ours = ours(lines);
        }
        List<String> gdbs = gdbs(tools, lines);

        List<String> differences = new ArrayList<>();
        int compared = 0;
        for (int i = 0; i < lines.size(); i++) {
            String gdb = gdbs.get(i);
            boolean hasNone = gdb.equals("<optimized out>");
            if (lines.get(i).startsWith("/t")) {
                ours.set(i, ours.get(i).replace("0b", ""));
            }
            if (lines.get(i).startsWith("x/")) {
                gdb = gdb.replace('\t', ' ');
                ours.set(i, ours.get(i).replaceAll(" +", " "));
            }
            if (lines.get(i).matches("(?:frame|set) .*")) {
                continue;
            }
            boolean same = hasNone ? ours.get(i).contains("optimized out") : isSame(gdb, ours.get(i));
            if (!same) {
                differences.add(lines.get(i) + "\n    gdb   " + gdb + "\n    we    " + ours.get(i));
            }
            compared += hasNone ? 0 : 1;
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
        assertThat(compared).isGreaterThan(lines.size() * 9 / 10);
    }

    /** What each line is worth to us; what has no value begins with {@code !}. */
    private List<String> ours(List<String> lines) {
        List<JsonObject> frames = client.stack(1);
        List<String> answers = new ArrayList<>();
        int frame = 0;
        for (String line : lines) {
            if (line.startsWith("frame ")) {
                frame = Integer.parseInt(line.substring("frame ".length()));
                answers.add("");
                continue;
            }
            Matcher formatted = FORMATTED.matcher(line);
            String expression = formatted.matches() ? formatted.group(2) + "," + formatted.group(1) : line;
            JsonObject response = client.response(client.send(
                    "evaluate",
                    Map.of(
                            "expression",
                            expression,
                            "frameId",
                            frames.get(frame).get("id").getAsInt(),
                            "context",
                            VERB.matcher(line).matches() ? "repl" : "watch")));
            answers.add(
                    response.get("success").getAsBoolean()
                            ? response.getAsJsonObject("body").get("result").getAsString()
                            : "! " + DapTestClient.failure(response));
        }
        return answers;
    }

    private List<String> gdbs(Toolchain tools, List<String> lines) throws IOException {
        StringBuilder script = new StringBuilder("""
                set confirm off
                set width 0
                set print frame-info location
                python
                def ask(line):
                    try:
                        answer = gdb.execute(line, to_string=True)
                    except gdb.error as e:
                        answer = "! " + str(e)
                    print("\\x01" + answer.rstrip("\\n"))
                """);
        for (String line : lines) {
            String command =
                    VERB.matcher(line).matches() ? line : line.startsWith("/") ? "print" + line : "print " + line;
            script.append("ask(").append(quoted(command)).append(")\n");
        }
        Files.writeString(tools.file("ask.gdb"), script.append("end\n"));
        String output =
                tools.run("env", "LC_ALL=C.UTF-8", "gdb", "-nx", "-batch", "typed.elf", "core", "-x", "ask.gdb");
        List<String> answers = new ArrayList<>(List.of(output.split("\u0001", -1)));
        answers.remove(0);
        assertThat(answers).as(output).hasSameSizeAs(lines);
        return answers.stream()
                .map(answer -> answer.replaceAll("(?m)^#\\d .*", "").stripTrailing())
                .map(answer -> TRAILING_ZEROS.matcher(answer).replaceAll("\""))
                .map(answer -> DISTANCE.matcher(answer)
                        .replaceAll(found -> "+0x" + Long.toHexString(Long.parseLong(found.group(1))) + ">"))
                .map(answer ->
                        TYPE.matcher(HISTORY.matcher(answer).replaceFirst("")).replaceFirst(""))
                .toList();
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Whether two texts are the same, but for the number of digits that reals are written with. */
    private static boolean isSame(String gdb, String ours) {
        if (gdb.equals(ours)) {
            return true;
        }
        List<String> theirReals =
                REAL.matcher(gdb).results().map(found -> found.group()).toList();
        List<String> ourReals =
                REAL.matcher(ours).results().map(found -> found.group()).toList();
        if (theirReals.size() != ourReals.size()
                || !REAL.matcher(gdb).replaceAll("_").equals(REAL.matcher(ours).replaceAll("_"))) {
            return false;
        }
        for (int i = 0; i < ourReals.size(); i++) {
            if (!isSameReal(theirReals.get(i), ourReals.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSameReal(String gdb, String ours) {
        if (gdb.equals(ours)) {
            return true;
        }
        boolean isReal = gdb.matches(".*[.e].*");
        boolean isFloat = gdb.replaceAll("e.*|[-.]", "").replaceFirst("^0+", "").length() <= 9;
        return isReal
                && (isFloat
                        ? Float.parseFloat(gdb) == Float.parseFloat(ours)
                        : Double.parseDouble(gdb) == Double.parseDouble(ours));
    }
}
