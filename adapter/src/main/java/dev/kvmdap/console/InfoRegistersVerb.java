package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.TreeText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Shows registers: all that matter, or those that are named. */
final class InfoRegistersVerb implements Verb {

    @Override
    public List<String> names() {
        return List.of("i(nfo) r(egisters)");
    }

    @Override
    public String usage() {
        return "info registers [NAME|GROUP...]";
    }

    @Override
    public String summary() {
        return "show registers, with the names of the bits that are set";
    }

    @Override
    public String help() {
        return """
                info registers            general, flags, segments, control
                info registers rflags     one, whole
                info registers ax cr0     several, and parts of registers: al ah ax eax rax
                info registers xmm0 IA32_LSTAR mxcsr.RC   all that expressions know behind a $
                info registers segments   a group: general, flags, segments, control, debug, x87, sse, avx, model-specific
                The short form is 'i r'.""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.REGISTER;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        if (argument.isEmpty()) {
            return Answer.of(
                    target.registers().stream().map(InfoRegistersVerb::line).collect(Collectors.joining("\n")));
        }
        return Answer.of(Stream.of(argument.split("[\\s,]+"))
                .map(name -> text(name.startsWith("$") ? name.substring(1) : name, debuggee))
                .collect(Collectors.joining("\n")));
    }

    private static String text(String name, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        Optional<RegisterValue> register = target.register(name);
        if (register.isPresent()) {
            return line(register.get());
        }
        Optional<Node> group = target.registersView().children().stream()
                .filter(row -> row.name().equalsIgnoreCase(name))
                .findFirst();
        if (group.isPresent()) {
            return TreeText.below(group.get(), 1, debuggee.numberFormat());
        }
        try {
            return String.format(
                    Locale.ROOT, "%-10s %s", name, target.text(target.evaluate(Expression.parse("$" + name))));
        } catch (ExpressionException e) {
            throw new ConsoleException("there is no register '" + name
                    + "': 'info registers' without a name lists them; groups are "
                    + target.registersView().children().stream()
                            .map(row -> row.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", ")));
        }
    }

    private static String line(RegisterValue register) {
        return String.format(
                        Locale.ROOT,
                        "%-10s 0x%0" + (register.width() + 3) / 4 + "x  %s",
                        register.name(),
                        register.bits(),
                        register.meaning())
                .stripTrailing();
    }
}
