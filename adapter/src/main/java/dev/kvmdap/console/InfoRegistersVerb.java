package dev.kvmdap.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Shows registers: all that matter, or those that are named. */
final class InfoRegistersVerb implements Verb {

    @Override
    public List<String> names() {
        return List.of("i(nfo) r(egisters)");
    }

    @Override
    public String usage() {
        return "info registers [NAME...]";
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
                The short form is 'i r'.""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.REGISTER;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        return Answer.of(
                table(argument.isEmpty() ? target.registers() : named(List.of(argument.split("[\\s,]+")), target)));
    }

    private static List<RegisterValue> named(List<String> names, ConsoleTarget target) {
        List<RegisterValue> registers = new ArrayList<>();
        for (String name : names) {
            String bare = name.startsWith("$") ? name.substring(1) : name;
            registers.add(target.register(bare)
                    .orElseThrow(() -> new ConsoleException(
                            "there is no register '" + bare + "': 'info registers' without a name lists them")));
        }
        return registers;
    }

    private static String table(List<RegisterValue> registers) {
        return registers.stream()
                .map(register -> String.format(
                                Locale.ROOT,
                                "%-10s 0x%0" + (register.width() + 3) / 4 + "x  %s",
                                register.name(),
                                register.bits(),
                                register.meaning())
                        .stripTrailing())
                .collect(Collectors.joining("\n"));
    }
}
