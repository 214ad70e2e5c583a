package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Bound;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.UnreadableException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a logpoint writes: text with expressions in braces, such as {@code tick {tick}, rsp {$rsp,x}}. Two opening or closing
 * braces stand for one.
 */
final class LogMessage {

    private final List<Function<Cpu, String>> parts = new ArrayList<>();

    /**
     * Reads a message.
     *
     * @throws ExpressionException where an expression is none or names something unknown
     * @throws RequestFailure where an expression has no end
     */
    LogMessage(String template, ProgramNames names) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < template.length()) {
            char next = template.charAt(at);
            boolean doubled =
                    (next == '{' || next == '}') && at + 1 < template.length() && template.charAt(at + 1) == next;
            if (next == '{' && !doubled) {
                int end = template.indexOf('}', at);
                if (end < 0) {
                    throw RequestFailure.badArguments(
                            "log message: the '{' at column %d has no '}'; write '{{' for a brace".formatted(at + 1));
                }
                addText(text);
                Bound<Cpu> expression = bound(template.substring(at + 1, end), names);
                parts.add(cpu -> text(expression, cpu));
                at = end + 1;
            } else {
                text.append(next);
                at += doubled ? 2 : 1;
            }
        }
        addText(text);
    }

    /** An expression that can be shown on a vCPU's thread, where symbols cannot be read any more. */
    private static Bound<Cpu> bound(String text, ProgramNames names) {
        Bound<Cpu> expression = Expression.parse(text).bind(names);
        expression.type().readAhead();
        return expression;
    }

    private void addText(StringBuilder collected) {
        String text = collected.toString();
        collected.setLength(0);
        if (!text.isEmpty()) {
            parts.add(cpu -> text);
        }
    }

    private static String text(Bound<Cpu> expression, Cpu cpu) {
        try {
            return expression.value(cpu).text();
        } catch (ExpressionException | UnreadableException noValue) {
            return "<" + noValue.getMessage() + ">";
        }
    }

    /** The message as it is now. On a vCPU's thread. */
    String text(Cpu cpu) {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.apply(cpu)));
        return text.append('\n').toString();
    }
}
