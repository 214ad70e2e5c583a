package dev.kvmdap.dap;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Well-formed requests with arguments that no editor sends; the same ones for the same seed. */
final class RandomRequests {

    private static final List<Object> JUNK = List.of(
            "",
            "0x",
            "0xffffffffffffffff",
            "p:0xfffffffffffff000",
            "-1",
            "\u0000\ud83d\ude00%s%n${}",
            "x".repeat(5000),
            "(".repeat(5000),
            "$rax",
            "x/999999999xg 0",
            0,
            -1,
            1.5,
            1e300,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            Long.MIN_VALUE,
            true,
            List.of(),
            List.of(Map.of()),
            List.of(List.of(Map.of())),
            Collections.singletonList(null),
            Map.of(),
            Map.of("path", 1),
            Map.of("path", "\u0000"));

    private final Random random;
    private final List<Map.Entry<String, Map<String, List<Object>>>> commands;

    /**
     * Requests about a guest.
     *
     * @param source a source file of it
     */
    RandomRequests(long seed, String source) {
        random = new Random(seed);
        commands = List.copyOf(commands(source).entrySet());
    }

    private static Map<String, Map<String, List<Object>>> commands(String source) {
        List<Object> thread = List.of(1, 2, 0);
        List<Object> frame = List.of(1, 2, 3, 1000);
        List<Object> reference = List.of(1, 2, 3, 4, 5, 6, 1000);
        List<Object> address = List.of("0x100000", "p:0x100000", "0x0", "0xffff800000000000");
        List<Object> granularity = List.of("statement", "line", "instruction", "word");
        List<Object> sources = List.of(Map.of("path", source), Map.of("path", "/nowhere.c"), Map.of("name", "main.c"));
        List<Object> expression = List.of("$rip", "1/0", "x/4xb $rsp", "info registers", "help", "scheduler", "*0");
        List<Object> condition = List.of("$rax == 1", "1/0", "(", "");
        Map<String, List<Object>> step = Map.of("threadId", thread, "granularity", granularity);
        Map<String, Map<String, List<Object>>> commands = new LinkedHashMap<>();
        commands.put("initialize", Map.of("adapterID", List.of("kvm"), "pathFormat", List.of("uri", "path")));
        commands.put("configurationDone", Map.of());
        commands.put(
                "setBreakpoints",
                Map.of(
                        "source",
                        sources,
                        "breakpoints",
                        lists("line", List.of(1, 20, 30, 99999), "condition", condition)));
        commands.put(
                "setFunctionBreakpoints",
                Map.of(
                        "breakpoints",
                        lists("name", List.of("factorial", "nope", "*0x100000"), "condition", condition)));
        commands.put(
                "setInstructionBreakpoints",
                Map.of("breakpoints", lists("instructionReference", address, "offset", List.of(0, -1, 4096))));
        commands.put("setExceptionBreakpoints", Map.of("filters", List.of(List.of(), List.of("all"))));
        commands.put("threads", Map.of());
        commands.put("continue", Map.of("threadId", thread));
        commands.put("next", step);
        commands.put("stepIn", step);
        commands.put("stepOut", step);
        commands.put("pause", Map.of("threadId", thread));
        commands.put(
                "stackTrace",
                Map.of("threadId", thread, "startFrame", List.of(0, 1, -1, 50), "levels", List.of(0, 1, 20, -1)));
        commands.put("scopes", Map.of("frameId", frame));
        commands.put(
                "variables",
                Map.of("variablesReference", reference, "start", List.of(0, 5, -1), "count", List.of(0, 1, -1)));
        commands.put(
                "setVariable",
                Map.of("variablesReference", reference, "name", List.of("rax", "cr0"), "value", List.of("1", "0x80")));
        commands.put(
                "evaluate",
                Map.of("expression", expression, "frameId", frame, "context", List.of("repl", "watch", "hover")));
        commands.put("completions", Map.of("text", expression, "column", List.of(0, 1, 5, 99), "frameId", frame));
        commands.put(
                "readMemory",
                Map.of("memoryReference", address, "offset", List.of(0, -8, 4095), "count", List.of(0, 16, 70_000)));
        commands.put("source", Map.of("source", sources, "sourceReference", List.of(0, 1)));
        commands.put(
                "breakpointLocations", Map.of("source", sources, "line", List.of(1, 30), "endLine", List.of(9, 40)));
        commands.put("loadedSources", Map.of());
        commands.put("cancel", Map.of("requestId", List.of(1, 5, 50), "progressId", List.of("1", "x")));
        commands.put("attach", Map.of());
        commands.put("", Map.of());
        return commands;
    }

    /** Lists of up to two objects, each with two fields. */
    private static List<Object> lists(String one, List<Object> ones, String other, List<Object> others) {
        List<Object> lists = new ArrayList<>(List.of(List.of()));
        for (int i = 0; i < ones.size(); i++) {
            Map<String, Object> object = Map.of(one, ones.get(i), other, others.get(i % others.size()));
            lists.add(List.of(object));
            lists.add(List.of(object, Map.of(one, ones.get(i))));
        }
        return lists;
    }

    /** Sends the next request: its number. */
    int sendNext(DapTestClient client) {
        Map.Entry<String, Map<String, List<Object>>> command = commands.get(random.nextInt(commands.size()));
        Map<String, @Nullable Object> arguments = new HashMap<>();
        command.getValue().forEach((name, plausible) -> arguments.put(name, value(plausible)));
        return client.send(command.getKey(), random.nextInt(50) == 0 ? one(JUNK) : arguments);
    }

    /** Mostly what makes sense, sometimes what does not, sometimes nothing. */
    private @Nullable Object value(List<Object> plausible) {
        int dice = random.nextInt(20);
        if (dice == 0) {
            return null;
        }
        return dice > 3 ? one(plausible) : dice == 1 ? List.of(one(plausible), one(JUNK)) : one(JUNK);
    }

    private Object one(List<Object> values) {
        return values.get(random.nextInt(values.size()));
    }
}
