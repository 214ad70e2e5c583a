package dev.kvmdap.console;

import dev.kvmdap.engine.Frame;
import dev.kvmdap.symbols.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Look at threads, call stacks and frames. */
final class StackVerbs {

    private static final int MOST_FRAMES = 1000;

    private StackVerbs() {}

    static List<Verb> all() {
        return List.of(
                new PlainVerb(
                        List.of("ba(cktrace)", "bt", "whe(re)", "i(nfo) s(tack)"),
                        "backtrace [COUNT]",
                        "show the call stack",
                        "bt              all of it\nbt 3            the three innermost frames",
                        ArgumentKind.FREE,
                        StackVerbs::backtrace),
                new PlainVerb(
                        List.of("f(rame)"),
                        "frame [NUMBER]",
                        "choose the frame that expressions are read in, or show which it is",
                        """
                        frame 2         the caller of the caller; 'bt' shows the numbers
                        It stays chosen until the guest runs or the client looks at another frame.""",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> argument.isEmpty()
                                ? describe(debuggee.stacks().chosen())
                                : choose(
                                        debuggee.stacks(),
                                        Arguments.number("the number of a frame; 'bt' shows them", argument))),
                new PlainVerb(
                        List.of("up"),
                        "up [COUNT]",
                        "choose the caller's frame",
                        "up              outwards, one or COUNT frames",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> move(debuggee.stacks(), Arguments.count(argument, 1))),
                new PlainVerb(
                        List.of("dow(n)"),
                        "down [COUNT]",
                        "choose the called function's frame",
                        "down            inwards, one or COUNT frames",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> move(debuggee.stacks(), -Arguments.count(argument, 1))),
                new PlainVerb(
                        List.of("t(hread)"),
                        "thread [NUMBER]",
                        "choose the vCPU that is looked at, or show which it is",
                        "thread 2        the second vCPU, called vCPU 1; 'info threads' lists them",
                        ArgumentKind.FREE,
                        StackVerbs::thread),
                new PlainVerb(
                        List.of("i(nfo) th(reads)"),
                        "info threads",
                        "list the vCPUs",
                        "info threads    the chosen one is marked; each with its mode and where it stands",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> threads(debuggee.stacks())),
                new PlainVerb(
                        List.of("i(nfo) f(rame)"),
                        "info frame",
                        "tell all about the chosen frame",
                        "info frame      where it is, where it returns to, and how it was found",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> details(debuggee.stacks())),
                new PlainVerb(
                        List.of("i(nfo) lo(cals)"),
                        "info locals",
                        "show the parameters and variables of the chosen frame that lie in memory",
                        "info locals     name = value, a line each",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> {
                            List<String> locals = debuggee.frame().locals();
                            return locals.isEmpty() ? "No variables in memory here." : String.join("\n", locals);
                        }));
    }

    private static String backtrace(String argument, Debuggee debuggee) {
        CallStacks stacks = debuggee.stacks();
        int count = Math.min(Arguments.count(argument, MOST_FRAMES), MOST_FRAMES);
        List<Frame> frames = stacks.frames(stacks.vcpu(), 0, count + 1);
        List<String> lines = new ArrayList<>();
        frames.stream().limit(count).map(StackVerbs::describe).forEach(lines::add);
        if (frames.size() > count) {
            lines.add("(More frames follow...)");
        }
        return String.join("\n", lines);
    }

    private static String describe(Frame frame) {
        return "#%-2d %s".formatted(frame.index(), where(frame));
    }

    private static String where(Frame frame) {
        String function = frame.function().map(Function::name).orElse("??");
        String line = frame.line()
                .filter(found -> found.line() > 0)
                .map(found -> " at " + found.file().name() + ":" + found.line())
                .orElse("");
        return "%s in %s%s".formatted(frame.pc(), function, line);
    }

    private static String choose(CallStacks stacks, int index) {
        List<Frame> found = stacks.frames(stacks.vcpu(), index, 1);
        if (found.isEmpty()) {
            int last = stacks.frames(stacks.vcpu(), 0, index).size() - 1;
            throw new ConsoleException("there is no frame " + index + "; the outermost one that is known is " + last);
        }
        stacks.choose(stacks.vcpu(), found.get(0));
        return describe(found.get(0));
    }

    private static String move(CallStacks stacks, int outwards) {
        int from = stacks.chosen().index();
        if (from + outwards < 0 && from == 0) {
            throw new ConsoleException("this is the innermost frame: none is called from it");
        }
        int wanted = Math.max(0, from + outwards);
        int known = stacks.frames(stacks.vcpu(), 0, wanted + 1).size();
        if (outwards > 0 && known - 1 == from) {
            throw new ConsoleException("this is the outermost frame that is known: no caller was found");
        }
        return choose(stacks, Math.min(wanted, known - 1));
    }

    private static String thread(String argument, Debuggee debuggee) {
        CallStacks stacks = debuggee.stacks();
        if (argument.isEmpty()) {
            return "[Thread %d is %s]".formatted(stacks.vcpu() + 1, stacks.threadName(stacks.vcpu()));
        }
        int number = Arguments.number("the number of a thread", argument);
        if (number < 1 || number > stacks.vcpus()) {
            throw new ConsoleException(
                    "there is no thread " + number + "; the guest's threads are 1 to " + stacks.vcpus());
        }
        Frame top = stacks.frames(number - 1, 0, 1).get(0);
        stacks.choose(number - 1, top);
        return "[Thread %d is %s]\n%s".formatted(number, stacks.threadName(number - 1), describe(top));
    }

    private static String threads(CallStacks stacks) {
        List<String> lines = new ArrayList<>();
        for (int vcpu = 0; vcpu < stacks.vcpus(); vcpu++) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s %-3d %s  %s",
                    vcpu == stacks.vcpu() ? "*" : " ",
                    vcpu + 1,
                    stacks.threadName(vcpu),
                    where(stacks.frames(vcpu, 0, 1).get(0))));
        }
        return String.join("\n", lines);
    }

    private static String details(CallStacks stacks) {
        Frame frame = stacks.chosen();
        List<Frame> callers = stacks.frames(stacks.vcpu(), frame.index() + 1, 1);
        List<String> lines = new ArrayList<>();
        lines.add("Frame %d of thread %d: %s".formatted(frame.index(), stacks.vcpu() + 1, where(frame)));
        lines.add(" stack pointer 0x" + Long.toHexString(frame.registers().stackPointer()));
        lines.add(
                callers.isEmpty()
                        ? " its caller is not known"
                        : " returns to " + where(callers.get(0)) + ", stack pointer then 0x"
                                + Long.toHexString(callers.get(0).registers().stackPointer()));
        lines.add(" found by: " + frame.foundBy().term());
        return String.join("\n", lines);
    }
}
