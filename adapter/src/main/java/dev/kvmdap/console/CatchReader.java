package dev.kvmdap.console;

import dev.kvmdap.console.Catchable.Exceptions;
import dev.kvmdap.console.Catchable.Happening;
import dev.kvmdap.device.PortRange;
import dev.kvmdap.engine.PortDirection;
import dev.kvmdap.engine.Trigger;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.Spelling;
import dev.kvmdap.x86.X86Exception;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what the user wants to be stopped at wherever the guest is: {@code io 0x3f8-0x3ff out if value == 10}. */
public final class CatchReader {

    private static final Pattern DIRECTION = Pattern.compile("(.*?)\\s*\\b(in|out)", Pattern.CASE_INSENSITIVE);

    /**
     * What is wanted.
     *
     * @param condition a C expression; empty for always
     */
    public record Wanted(Catchable what, String condition) {}

    /** The kinds of what can be caught. */
    enum Kind {
        MODE("mode [real|protected|compatibility|long]...", "the CPU's mode changes"),
        IO("io [PORT[-PORT]] [in|out]", "I/O ports are accessed"),
        MAGIC("magic", "the guest comes to xchg bx, bx"),
        MMIO("mmio", "an address is accessed at which there is neither RAM nor a device"),
        EXCEPTION("exception [#PF|14]...", "exceptions come to their handlers; every fault by itself"),
        TRIPLE("triple", "an exception can be delivered in no way, which would reset the machine");

        private final String usage;
        private final String meaning;

        Kind(String usage, String meaning) {
            this.usage = usage;
            this.meaning = meaning;
        }

        String term() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** How it is written. */
        String usage() {
            return usage;
        }

        /** When it stops. */
        String meaning() {
            return meaning;
        }

        /** The words that may stand behind it. */
        Stream<String> words() {
            return switch (this) {
                case MODE -> modeNames();
                case IO -> Stream.of("in", "out");
                case EXCEPTION -> Stream.of(X86Exception.values()).map(X86Exception::mnemonic);
                case MAGIC, MMIO, TRIPLE -> Stream.empty();
            };
        }

        /** The kind whose name a word is, or the beginning of. */
        static Optional<Kind> named(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            List<Kind> begun = Arrays.stream(values())
                    .filter(kind -> !lower.isEmpty() && kind.term().startsWith(lower))
                    .toList();
            return begun.stream()
                    .filter(kind -> begun.size() == 1 || kind.term().equals(lower))
                    .findFirst();
        }
    }

    private CatchReader() {}

    /**
     * Reads what is wanted.
     *
     * @throws ConsoleException where the text is nothing of the kind: what is allowed
     */
    public static Wanted read(String text) {
        Arguments.Conditional asked = Arguments.conditional(text.strip());
        String[] words = asked.rest().split("\\s+", 2);
        Kind kind = Kind.named(words[0]).orElseThrow(() -> new ConsoleException(whyNot(words[0])));
        return new Wanted(read(kind, words.length > 1 ? words[1].strip() : ""), asked.condition());
    }

    private static Catchable read(Kind kind, String argument) {
        return switch (kind) {
            case MODE -> modes(argument);
            case IO -> ports(argument);
            case EXCEPTION -> exceptions(argument);
            case MAGIC, MMIO, TRIPLE -> {
                Arguments.none(kind.term(), argument);
                yield kind == Kind.TRIPLE
                        ? new Catchable.TripleFault()
                        : new Happening(kind == Kind.MAGIC ? new Trigger.MagicBreak() : new Trigger.NothingThere());
            }
        };
    }

    private static String whyNot(String word) {
        List<String> terms = Arrays.stream(Kind.values()).map(Kind::term).toList();
        String known = "one of " + String.join(", ", terms);
        return word.isEmpty()
                ? "what is to be caught? " + known
                : "'" + word + "' cannot be caught: "
                        + Spelling.closest(word, terms)
                                .map(near -> "did you mean '" + near + "'?")
                                .orElse(known);
    }

    private static Catchable modes(String argument) {
        if (argument.isEmpty()) {
            return new Happening(Trigger.ModeSwitch.any());
        }
        Set<CpuMode> modes = EnumSet.noneOf(CpuMode.class);
        for (String word : argument.split("[\\s,]+", -1)) {
            modes.add(Arrays.stream(CpuMode.values())
                    .filter(mode -> mode.term().equalsIgnoreCase(word))
                    .findFirst()
                    .orElseThrow(() -> new ConsoleException("'" + word + "' is no mode of the CPU: one of "
                            + modeNames().collect(Collectors.joining(", ")))));
        }
        return new Happening(new Trigger.ModeSwitch(modes));
    }

    private static Stream<String> modeNames() {
        return Arrays.stream(CpuMode.values()).map(CpuMode::term);
    }

    private static Catchable ports(String argument) {
        Matcher directed = DIRECTION.matcher(argument);
        boolean isDirected = directed.matches();
        PortDirection direction = !isDirected
                ? PortDirection.BOTH
                : directed.group(2).equalsIgnoreCase("in") ? PortDirection.IN : PortDirection.OUT;
        String ports = isDirected ? directed.group(1) : argument;
        PortRange range = ports.isEmpty()
                ? PortRange.ALL
                : PortText.read(ports)
                        .orElseThrow(() -> new ConsoleException("'" + ports + "' is no I/O port: " + PortText.FORMS
                                + "; behind it may stand 'in' or 'out'"));
        return new Happening(new Trigger.Ports(range, direction));
    }

    private static Catchable exceptions(String argument) {
        if (argument.isEmpty()) {
            return Exceptions.EVERY_FAULT;
        }
        Set<X86Exception> kinds = EnumSet.noneOf(X86Exception.class);
        for (String word : argument.split("[\\s,]+", -1)) {
            kinds.add(exception(word));
        }
        return new Exceptions(kinds);
    }

    private static X86Exception exception(String word) {
        Optional<X86Exception> found =
                word.matches("[0-9]{1,3}") ? X86Exception.of(Integer.parseInt(word)) : X86Exception.named(word);
        return found.orElseThrow(() -> new ConsoleException("'" + word
                + "' is no exception: a vector such as 14, or one of "
                + Stream.of(X86Exception.values()).map(X86Exception::mnemonic).collect(Collectors.joining(", "))));
    }
}
