package dev.kvmdap.console;

import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;
import java.util.List;

/** Let the guest run, begin anew, and stop. */
final class RunVerbs {

    private static final String CONTINUING = "Continuing.";
    /** What the first function of a program in C is called, where it is not the guest's entry. */
    private static final List<String> BEGINNINGS = List.of("main", "kernel_main", "kmain");

    private RunVerbs() {}

    static List<Verb> all() {
        return List.of(
                new PlainVerb(
                        List.of("cont(inue)", "c", "fg"),
                        "continue [COUNT]",
                        "let the guest run until something stops it",
                        "continue      goes on\nc 10          lets 9 more hits of the breakpoint pass at which it stands",
                        ArgumentKind.FREE,
                        RunVerbs::resume),
                new PlainVerb(
                        List.of("u(ntil)"),
                        "until [LOCATION]",
                        "go to the next line, but not back in a loop; or to a place in this frame",
                        """
                        until           as next, but a loop runs through to its end
                        until 42        until line 42 is reached in this frame, or the frame has returned
                        """ + LocationReader.FORMS + ".",
                        ArgumentKind.LOCATION,
                        RunVerbs::until),
                new PlainVerb(
                        List.of("adv(ance)"),
                        "advance LOCATION",
                        "run until a place is reached, or this frame has returned",
                        "advance task_start   stops there, in functions that this one calls too\n"
                                + LocationReader.FORMS + ".",
                        ArgumentKind.LOCATION,
                        (argument, debuggee) -> advance(argument, debuggee, false)),
                new PlainVerb(
                        List.of("fin(ish)"),
                        "finish",
                        "run until the chosen frame has returned",
                        "finish          runs on to the caller; 'up' before it chooses another frame",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> {
                            Arguments.none("finish", argument);
                            debuggee.execution().finish();
                            return CONTINUING;
                        }),
                new PlainVerb(
                        List.of("j(ump)"),
                        "jump LOCATION",
                        "go on from another place",
                        """
                        jump 42         the vCPU executes line 42 next; no register changes but RIP
                        jump *0x100000  from an address
                        A breakpoint there is hit at once: 'tbreak' stops where 'jump' leads to.
                        """ + LocationReader.FORMS + ".",
                        ArgumentKind.LOCATION,
                        RunVerbs::jump),
                new PlainVerb(
                        List.of("r(un)", "restart"),
                        "run",
                        "launch the guest anew",
                        "run             everything is read again; breakpoints and watchpoints stay",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> {
                            Arguments.none("run", argument);
                            debuggee.execution().restart(false);
                            return "Starting the guest anew.";
                        }),
                new PlainVerb(
                        List.of("sta(rt)"),
                        "start",
                        "launch the guest anew, and stop in its main function",
                        "start           stops in " + String.join(", ", BEGINNINGS)
                                + ", whichever there is; otherwise before the first instruction",
                        ArgumentKind.FREE,
                        RunVerbs::start),
                new PlainVerb(
                        List.of("starti"),
                        "starti",
                        "launch the guest anew, and stop before its first instruction",
                        "starti          breakpoints and watchpoints stay",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> {
                            Arguments.none("starti", argument);
                            debuggee.execution().restart(true);
                            return "Starting the guest anew; it stops before its first instruction.";
                        }),
                new PlainVerb(
                        List.of("int(errupt)"),
                        "interrupt",
                        "stop the running guest",
                        "interrupt       the guest stops wherever it is",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> {
                            Arguments.none("interrupt", argument);
                            if (debuggee.stopped()) {
                                return "The guest stands still already.";
                            }
                            debuggee.execution().interrupt();
                            return "Stopping.";
                        }));
    }

    private static String resume(String argument, Debuggee debuggee) {
        int count = Arguments.count(argument, 1);
        if (count == 1) {
            debuggee.execution().resume();
            return CONTINUING;
        }
        List<StopPoint> here = debuggee.stopPoints().hit();
        if (here.isEmpty()) {
            throw new ConsoleException(
                    "the guest has stopped at no breakpoint whose hits could pass: 'continue' without a count");
        }
        here.forEach(point -> debuggee.stopPoints().ignore(point.number(), count - 1L));
        debuggee.execution().resume();
        return "Will ignore next " + (count - 1) + " crossings of breakpoint "
                + here.get(0).number() + ".  " + CONTINUING;
    }

    private static String until(String argument, Debuggee debuggee) {
        if (argument.isEmpty()) {
            debuggee.execution().step(StepKind.FORWARD, Granularity.LINE, 1);
            return CONTINUING;
        }
        return advance(argument, debuggee, true);
    }

    private static String advance(String argument, Debuggee debuggee, boolean inFrame) {
        if (argument.isEmpty()) {
            throw new ConsoleException("where to? " + LocationReader.FORMS);
        }
        debuggee.execution().advance(new LocationReader(debuggee).read(argument), inFrame);
        return CONTINUING;
    }

    private static String jump(String argument, Debuggee debuggee) {
        if (argument.isEmpty()) {
            throw new ConsoleException("where to? " + LocationReader.FORMS);
        }
        long linear = new LocationReader(debuggee).readAddress(argument);
        debuggee.execution().jump(linear);
        return "Continuing at 0x" + Long.toHexString(linear) + ".";
    }

    private static String start(String argument, Debuggee debuggee) {
        Arguments.none("start", argument);
        for (String name : BEGINNINGS) {
            if (!debuggee.symbols().functionsNamed(name).isEmpty()) {
                StopPoint point = debuggee.stopPoints()
                        .set(new StopPoints.NewBreakpoint(new CodeLocation.AtFunction(name), null, "", "", true));
                debuggee.execution().restart(false);
                return "Temporary breakpoint " + point.number() + " at " + name + ". Starting the guest anew.";
            }
        }
        debuggee.execution().restart(true);
        return "There is no function " + String.join(", ", BEGINNINGS)
                + ". Starting the guest anew; it stops before its first instruction.";
    }
}
