package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Expressions that read, change and complete, as a client sends them, at a stop in a guest of many types. */
@RequiresKvm
@Timeout(60)
class ExpressionsTest {

    @TempDir
    private Path folder;

    private final DapTestClient client = DapTestClient.inProcess();

    @BeforeEach
    void stop() {
        TypedGuest.build(folder, 64, "-O0").launch(client);
    }

    @Test
    void everyKindOfObjectIsAssignedTo() {
        try (client) {
            assertChange("number = -3", "number", "-3");
            assertChange("tiny = 200", "tiny", "-56 '\\310'");
            assertChange("corner.x += 7", "corner", "{x = 10, y = -4}");
            assertChange("list->values[2] = 'x'", "first.values", "{-1, 0, 120, 9}");
            assertChange("fields.small = 2", "fields.small", "2");
            assertChange("fields.paint = GREEN", "fields.paint", "GREEN");
            assertChange("fields.large <<= 4", "fields.large", "-151488268704");
            assertChange("fields.large", "fields.rest,x", "0xabcdef");
            assertChange("*(short *)&number = 1", "number,x", "0xffff0001");
            assertChange("paint = RED", "paint", "RED");
            assertChange("ratio = 1 / 4.0", "ratio", "0.25");
            assertChange("yes = 0.1", "yes", "true");
            assertChange("message = text", "message[3]", "101 'e'");
            assertChange("grid[1][2]--", "grid[1]", "{5, 6, 6, 8}");
            assertChange("++*grid[2]", "grid[2][0]", "10");
            assertChange("place = corner", "place", "{x = 10, y = -4}");
            assertChange("nested.corners[1] = place", "nested.corners[1].x", "10");
            assertChange("where = where->next", "where->name[0]", "108 'l'");
            assertChange("shadowed = 1 ? 77 : 0", "shadowed", "77");
            assertChange("'typed.c'::shadowed = 5", "'typed.c'::shadowed", "5");
            assertChange("inner::calls = 9", "calls", "9");
            assertChange("long_pi = 1 / 8.0", "long_pi", "0.125");
            assertChange("long_third *= 3", "long_third", "1");
            assertChange("corner_of[0]->y = number = 6", "corner.y", "6");
            assertThat(client.evaluate("number")).isEqualTo("6");
        }
    }

    @Test
    void registersAndTheirPartsAreAssignedTo() {
        try (client) {
            assertChange("$rax = 0x1122334455667788", "$rax", "0x1122334455667788");
            assertChange("$al = 5", "$rax", "0x1122334455667705");
            assertChange("$ah = 0xff", "$ax", "0xff05");
            assertChange("$eax ^= 1", "$rax", "0x112233445566ff04");
            assertChange("$zf = 1", "$zf", "1");
            assertChange("$rflags &= ~0x40ul", "$zf", "0");
            assertChange("$cr0.wp = 1", "$cr0 >> 16 & 1", "0x1");
            assertChange("$cr2 = 0x1234", "$cr2", "0x1234");
            assertChange("$fs.base = 0x5000", "$msr(0xc0000100)", "0x5000");
            assertChange("$msr(0xc0000101) = 0x6000", "$gs.base", "0x6000");
            assertThat(client.evaluate("$msr(0xc0000080) & 0x500")).isEqualTo("0x500");
            String next = client.evaluate("$rip");
            assertChange("$rip = add", "$rip == (long) add", "1");
            assertChange("$rip = " + next, "$rip", next);
            assertThat(client.consoleRefuses("$zf = 2")).isEqualTo("col 5: 0x2 does not fit in 1 bits");
            assertChange("$xmm1.v4_float[1] = 2.5", "$xmm1.v4_float", "{0, 2.5, 0, 0}");
            assertChange("$st0 = -0.75", "$st0 * 2", "-1.5");
            assertChange("$mxcsr.RC = 3", "$mxcsr,x", "0x7f80");
            assertThat(client.evaluate("$IA32_EFER.LMA + $IA32_EFER.LME")).isEqualTo("2");
            assertThat(client.consoleRefuses("$cs.nothing")).contains("col 5: $cs has the parts selector, base, limit");
        }
    }

    @Test
    void physicalMemoryIsReadAndWritten() {
        try (client) {
            assertChange("*(unsigned int *)phys(0x1ff000) = 5", "*(unsigned int *)0x1ff000", "5");
            assertChange("phys(0x1ff000)[1] = 1", "*(unsigned int *)0x1ff000", "261");
            assertChange(
                    "((struct point *)phys(0x1ff000))->y = 3", "*(struct point *)phys(0x1ff000)", "{x = 261, y = 3}");
            assertThat(client.evaluate("(unsigned short[2])*phys(0x1ff000)")).isEqualTo("{261, 0}");
            assertThat(client.console("*(unsigned int *)phys(0x1ff000)@2")).isEqualTo("{261, 3}");
            assertThat(client.evaluate("&((struct point *)phys(0x1ff000))->y")).isEqualTo("phys(0x1ff004)");
            assertThat(client.console("x/2dw phys(0x1ff000)")).endsWith("261           3");
            assertThat(client.consoleRefuses("*(long *)phys(0x40000000) = 1")).contains("p:0x40000000");
        }
    }

    private void assertChange(String assignment, String looked, String value) {
        client.console(assignment);
        assertThat(client.evaluate(looked)).as(assignment).isEqualTo(value);
    }

    @Test
    void onlyTheConsoleAssigns() {
        try (client) {
            int frame = client.topFrame().get("id").getAsInt();
            for (String context : List.of("watch", "hover", "clipboard", "variables")) {
                for (String expression :
                        List.of("number = 1", "$rax++", "$base = 1", "(number += 1) + 2", "list = 0")) {
                    assertThat(client.failing(
                                    "evaluate", Map.of("expression", expression, "frameId", frame, "context", context)))
                            .as(context)
                            .contains("would assign");
                }
            }
            assertThat(client.evaluate("number")).isEqualTo("-1234567");
        }
    }

    @Test
    void memoryIsShownAsSomethingElse() {
        try (client) {
            assertThat(client.evaluate("(struct gate[2])gates")).startsWith("{{low = 4660, selector = 8, ist = 1");
            assertThat(client.evaluate("(uint8_t[4])*&number,x")).isEqualTo("{0x79, 0x29, 0xed, 0xff}");
            assertThat(client.evaluate("(struct point)grid[1]")).isEqualTo("{x = 5, y = 6}");
            assertThat(client.evaluate("(struct point[2])&grid[1]")).isEqualTo("{{x = 5, y = 6}, {x = 7, y = 8}}");
            assertThat(client.evaluate("((struct gate *)gates)[2].type")).isEqualTo("15");
            assertThat(client.evaluate("(char[5])message")).isEqualTo("\"tab\\t,\"");
            assertThat(client.console("x/i $rip")).endsWith(client.evaluate("$rip,i"));
            assertThat(client.evaluate("start,i")).isEqualTo("push rbp");
            assertThat(client.evaluate("(long)enormous + 1")).isEqualTo("1");
            assertThat(client.evaluate("(unsigned char)unsigned_enormous")).isEqualTo("16 '\\020'");
            assertThat(client.evaluate("wide_text,s")).isEqualTo("u\"wide\"");
            assertThat(client.evaluate("(uint16_t *)wide_text,s")).contains("u\"wide\"");
        }
    }

    @Test
    void whatTheConsolePrintedOpensAndItsChildrenHaveExpressions() {
        try (client) {
            for (String line : List.of("print *list", "*list", "print/x *list", "p first = *list", "output *list")) {
                JsonObject answer = client.request("evaluate", Map.of("expression", line, "context", "repl"));
                for (JsonObject child : client.children(answer)) {
                    String name = child.get("evaluateName").getAsString();
                    assertThat(client.evaluate(name + ",x")).as(name).isNotEmpty();
                }
                assertThat(client.child(answer, "next").get("value").getAsString())
                        .startsWith("0x");
            }
        }
    }

    @Test
    void valuesAreKeptUnderNumbersAndNames() {
        try (client) {
            assertThat(client.console("show values")).isEqualTo("Nothing was printed yet.");
            assertThat(client.consoleRefuses("p $1"))
                    .isEqualTo("col 1: there is no value $1: 'show values' lists what was printed");
            client.console("p corner");
            client.console("corner.x + 1");
            client.console("corner.x = 55");
            assertThat(client.console("p $1")).isEqualTo("{x = 3, y = -4}");
            assertThat(client.evaluate("$1.y * $2")).isEqualTo("-16");
            assertThat(client.console("set $base = &grid[1]")).isEqualTo("$base = " + client.evaluate("&grid[1]"));
            assertThat(client.evaluate("(*$base)[3]")).isEqualTo("8");
            assertThat(client.console("show convenience")).startsWith("$base = 0x");
            assertThat(client.console("show values").lines()).hasSize(4).contains("$2 = 4");
            client.console("x/2dw grid[2]");
            client.console("x/2i $rip");
            assertThat(client.evaluate("*$_")).isEqualTo("10");
            assertThat(client.evaluate("$__")).isEqualTo("10");
            client.request("restart");
            client.expectStopped("breakpoint");
            assertThat(client.evaluate("$1")).isEqualTo("{x = 3, y = -4}");
            assertThat(client.consoleRefuses("p $nothing"))
                    .isEqualTo("col 1: there is no register $nothing: 'info registers' lists them;"
                            + " nor was anything assigned to that name");
        }
    }

    @Test
    void variablesOfEveryTypeAreSetByWhatIsTyped() {
        try (client) {
            assertThat(setExpression("paint", "GREEN")).isEqualTo("GREEN");
            assertThat(setExpression("allowed", "READ | WRITE")).isEqualTo("(READ | WRITE)");
            assertThat(setExpression("list", "&last")).isEqualTo(client.evaluate("&last"));
            assertThat(setExpression("list->values[1]", "sizeof(long) * 2")).isEqualTo("16");
            assertThat(setExpression("fields.paint", "GREEN")).isEqualTo("GREEN");
            assertThat(setExpression("fields.small", "-1")).isEqualTo("-1");
            assertThat(setExpression("letter", "'q'")).isEqualTo("113 'q'");
            assertThat(setExpression("letter", "97 'a'")).isEqualTo("97 'a'");
            assertThat(setExpression("yes", "false")).isEqualTo("false");
            assertThat(setExpression("pi", "22 / 7.0")).isEqualTo("3.142857142857143");
            assertThat(setExpression("third", "1")).isEqualTo("1");
            assertThat(setExpression("number", "2.9")).isEqualTo("2");
            assertThat(setExpression("message", "text")).isEqualTo(client.evaluate("(char *) text"));
            assertThat(setExpression("function", "add")).contains("<add>");
            assertThat(setExpression("$rbx", "number + 1")).isEqualTo("0x3");
            assertThat(setExpression("$cf", "1")).isEqualTo("1");
            assertThat(setExpression("total", "$rbx * 2")).isEqualTo("6");
            assertThat(refused("fields.small", "8")).isEqualTo("0x8 does not fit in fields.small, which has 3 bits");
            assertThat(refused("tiny", "300")).isEqualTo("0x12c does not fit in tiny, which has 1 bytes");
            assertThat(refused("number", "1e10"))
                    .isEqualTo("number cannot be changed: 10000000000 does not fit the 32 bits of int");
            assertThat(refused("corner", "1")).contains("corner is a point_t, not one number");
            assertThat(refused("number + 1", "1")).contains("cannot be assigned to");
            assertThat(refused("paint", "PURPLE")).contains("there is no variable 'PURPLE'");
            assertThat(refused("number", "limit = 3")).contains("would assign");
        }
    }

    private String setExpression(String expression, String value) {
        String shown = client.request("setExpression", arguments(expression, value))
                .get("value")
                .getAsString();
        assertThat(client.evaluate(expression)).as(expression).isEqualTo(shown);
        return shown;
    }

    private String refused(String expression, String value) {
        return client.failing("setExpression", arguments(expression, value));
    }

    private Map<String, Object> arguments(String expression, String value) {
        return Map.of(
                "expression",
                expression,
                "value",
                value,
                "frameId",
                client.topFrame().get("id").getAsInt());
    }

    @Test
    void expressionsAreCompleted() {
        try (client) {
            assertThat(completions("list->n")).containsExactly("list->|next|", "list->|name|");
            assertThat(completions("p nested.corners[1]."))
                    .containsExactly("p nested.corners[1].|x|", "p nested.corners[1].|y|");
            assertThat(completions("(*list_place)->next->va")).containsExactly("(*list_place)->next->|values|");
            assertThat(completions("((struct gate *)$rsp)->sel")).containsExactly("((struct gate *)$rsp)->|selector|");
            assertThat(completions("sizeof(struct pa")).containsExactly("sizeof(struct |packed|");
            assertThat(completions("(union ")).containsExactly("(union |number|");
            assertThat(completions("paint == GRE")).containsExactly("paint == |GREEN|");
            assertThat(completions("1 + first_a")).containsExactly("1 + |first_argument|");
            assertThat(completions("seen_")).containsExactly("|seen_by_all|");
            assertThat(completions("x/4xw seen_")).containsExactly("x/4xw |seen_by_all|");
            assertThat(completions("$cs.ba")).containsExactly("$cs.|base|");
            assertThat(completions("$cr0.P")).containsExactly("$cr0.|PE|", "$cr0.|PG|");
            assertThat(completions("inner::stat")).containsExactly("inner::|static_text|");
            assertThat(completions("'typed-too.c'::same")).containsExactly("'typed-too.c'::|same_name|");
            assertThat(completions("(poin")).containsExactly("(|point_t|");
            assertThat(completions("break inner if third_")).containsExactly("break inner if |third_argument|");
            assertThat(completions("break inn")).containsExactly("break |inner|");
            assertThat(completions("1 + 2")).isEmpty();
            client.console("set $mine = 1");
            assertThat(completions("1 + $mi")).containsExactly("1 + |$mine|");
        }
    }

    /** What a line may become, with bars around what replaces a part of it. */
    private List<String> completions(String typed) {
        Map<String, Object> arguments = new HashMap<>(Map.of("text", typed, "column", typed.length() + 1));
        arguments.put("frameId", client.topFrame().get("id").getAsInt());
        return DapTestClient.objects(client.request("completions", arguments).getAsJsonArray("targets")).stream()
                .map(item -> {
                    int start = item.get("start").getAsInt() - 1;
                    int end = start + item.get("length").getAsInt();
                    return typed.substring(0, start) + "|" + item.get("label").getAsString() + "|"
                            + typed.substring(end);
                })
                .collect(Collectors.toList());
    }
}
