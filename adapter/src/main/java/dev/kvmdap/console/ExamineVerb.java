package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import java.util.List;

/** Shows memory, in the way of gdb's command of the same name. */
final class ExamineVerb implements Verb {

    @Override
    public List<String> names() {
        return List.of("x");
    }

    @Override
    public String usage() {
        return "x[/NFU] ADDRESS";
    }

    @Override
    public String summary() {
        return "show memory at a linear address";
    }

    @Override
    public String help() {
        return """
                N  how many units, 1 to 4096; 1 where it is missing
                F  format: x z hexadecimal, d signed, u unsigned, o octal, t binary, c character, s string,
                   i instruction
                U  unit: b byte, h two bytes, w four, g eight; w where it is missing, b for c
                x/8xw $rsp       eight words of the stack
                x/2xg $rsp + 16  the address is an expression
                x/s $rdi         the string that ends with a zero byte
                x/10i            ten instructions from the next one on, => marks it; or from an address on
                Addresses are linear: after segmentation, before paging. Where memory is not mapped, the listing ends and
                says so.""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.EXPRESSION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        int end = argument.startsWith("/") ? endOfWord(argument) : 0;
        String address = argument.substring(end).strip();
        ExamineFormat format = ExamineFormat.parse(end == 0 ? "" : argument.substring(1, end));
        if (format.instructions()) {
            long start = address.isEmpty() ? target.pc() : linear(address, target);
            return Answer.of(new CodeListing(target).list(start, format.count()));
        }
        if (address.isEmpty()) {
            throw new ConsoleException("x needs an address: x/8xw $rsp. A variable of that name is shown by 'print x'");
        }
        return Answer.of(new MemoryListing(target).list(linear(address, target), format));
    }

    private static long linear(String address, ConsoleTarget target) {
        Value value = target.evaluate(Expression.parse(address));
        if (!value.isNumber() && value.address().isPresent()) {
            return value.address().getAsLong();
        }
        return value.bits();
    }

    private static int endOfWord(String text) {
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
