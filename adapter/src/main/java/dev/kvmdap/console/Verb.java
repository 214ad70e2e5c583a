package dev.kvmdap.console;

import java.util.List;

/** Something that the console can do. */
interface Verb {

    /** Its names in the notation of {@link VerbName}; the first one is what people are told. */
    List<String> names();

    /** Its name as people are told it. */
    default String name() {
        return VerbName.of(names().get(0)).full();
    }

    /** How it is written: {@code x/NFU ADDRESS}. */
    String usage();

    /** What it does, in one line. */
    String summary();

    /** All about it: what can be given, and examples. */
    String help();

    /**
     * Does it.
     *
     * @param argument what stands behind the name, without spaces around; a {@code /} comes first where the name was
     *     followed by one
     * @throws ConsoleException where the argument is not what it takes
     * @throws dev.kvmdap.expression.ExpressionException where an expression in it has no value
     */
    Answer run(String argument, Debuggee debuggee);

    /** What its argument may be completed to. */
    default ArgumentKind argumentKind() {
        return ArgumentKind.FREE;
    }
}
