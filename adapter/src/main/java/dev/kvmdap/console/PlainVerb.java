package dev.kvmdap.console;

import java.util.List;

/** A verb whose deed is a function of its argument. */
record PlainVerb(List<String> names, String usage, String summary, String help, ArgumentKind argumentKind, Deed deed)
        implements Verb {

    /** What a verb does: the text that it answers. */
    interface Deed {
        String run(String argument, Debuggee debuggee);
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        return Answer.of(deed.run(argument, debuggee));
    }
}
