package dev.kvmdap.dap;

import dev.kvmdap.engine.BreakpointMode;
import dev.kvmdap.session.BreakpointAnswer;
import dev.kvmdap.session.BreakpointRequest;
import dev.kvmdap.session.BreakpointRequest.AtFunction;
import dev.kvmdap.session.BreakpointRequest.AtInstruction;
import dev.kvmdap.session.BreakpointRequest.AtLine;
import dev.kvmdap.session.BreakpointRequest.Target;
import dev.kvmdap.session.BreakpointRequest.When;
import dev.kvmdap.session.ClientSources;
import dev.kvmdap.session.MemoryReference;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.BreakpointModeApplicability;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.FunctionBreakpoint;
import org.eclipse.lsp4j.debug.InstructionBreakpoint;
import org.eclipse.lsp4j.debug.SetBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetBreakpointsResponse;
import org.eclipse.lsp4j.debug.SetFunctionBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetFunctionBreakpointsResponse;
import org.eclipse.lsp4j.debug.SetInstructionBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetInstructionBreakpointsResponse;
import org.eclipse.lsp4j.debug.SourceBreakpoint;
import org.jspecify.annotations.Nullable;

/**
 * {@code setBreakpoints}, {@code setFunctionBreakpoints} and {@code setInstructionBreakpoints}: each replaces all breakpoints
 * of its kind, the first those of one file, and is answered with one breakpoint for each that was asked for, in the same
 * order.
 */
final class BreakpointRequests implements RequestFamily {

    private final Session session;

    BreakpointRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("setBreakpoints", SetBreakpointsArguments.class, SessionState.LAUNCHED, this::setBreakpoints);
        table.on(
                "setFunctionBreakpoints",
                SetFunctionBreakpointsArguments.class,
                SessionState.LAUNCHED,
                this::setFunctionBreakpoints);
        table.on(
                "setInstructionBreakpoints",
                SetInstructionBreakpointsArguments.class,
                SessionState.LAUNCHED,
                this::setInstructionBreakpoints);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsFunctionBreakpoints(true);
        capabilities.setSupportsInstructionBreakpoints(true);
        capabilities.setSupportsConditionalBreakpoints(true);
        capabilities.setSupportsHitConditionalBreakpoints(true);
        capabilities.setSupportsLogPoints(true);
        capabilities.setBreakpointModes(Stream.of(BreakpointMode.values())
                .map(BreakpointRequests::announced)
                .toArray(org.eclipse.lsp4j.debug.BreakpointMode[]::new));
    }

    private static org.eclipse.lsp4j.debug.BreakpointMode announced(BreakpointMode mode) {
        org.eclipse.lsp4j.debug.BreakpointMode announced = new org.eclipse.lsp4j.debug.BreakpointMode();
        announced.setMode(mode.term());
        announced.setLabel(
                switch (mode) {
                    case AUTO -> "Automatic";
                    case HARDWARE -> "Hardware (debug register)";
                    case SOFTWARE -> "Software (planted byte)";
                });
        announced.setDescription(
                switch (mode) {
                    case AUTO -> "A planted byte where this host traps one, a debug register otherwise.";
                    case HARDWARE -> "One of the processor's four debug registers; no byte of the guest is changed.";
                    case SOFTWARE -> "Any number; the byte is hidden from the debugger's reads, not from the guest's.";
                });
        announced.setAppliesTo(
                new String[] {BreakpointModeApplicability.SOURCE, BreakpointModeApplicability.INSTRUCTION});
        return announced;
    }

    private SetBreakpointsResponse setBreakpoints(SetBreakpointsArguments arguments) {
        Path path = ClientSources.path(arguments.getSource(), session.clientFeatures());
        List<BreakpointRequest> requests = new ArrayList<>();
        for (SourceBreakpoint asked : orEmpty(arguments.getBreakpoints(), new SourceBreakpoint[0])) {
            int line = session.clientFeatures().fromClientLine(asked.getLine());
            requests.add(request(
                    new AtLine(path, line),
                    when(asked.getCondition(), asked.getHitCondition(), asked.getLogMessage()),
                    asked.getMode()));
        }
        SetBreakpointsResponse response = new SetBreakpointsResponse();
        response.setBreakpoints(replace(path, requests));
        return response;
    }

    private SetFunctionBreakpointsResponse setFunctionBreakpoints(SetFunctionBreakpointsArguments arguments) {
        List<BreakpointRequest> requests = new ArrayList<>();
        for (FunctionBreakpoint asked : arguments.getBreakpoints()) {
            requests.add(request(
                    new AtFunction(asked.getName()), when(asked.getCondition(), asked.getHitCondition(), null), null));
        }
        SetFunctionBreakpointsResponse response = new SetFunctionBreakpointsResponse();
        response.setBreakpoints(replace(AtFunction.class, requests));
        return response;
    }

    private SetInstructionBreakpointsResponse setInstructionBreakpoints(SetInstructionBreakpointsArguments arguments) {
        List<BreakpointRequest> requests = new ArrayList<>();
        for (InstructionBreakpoint asked : arguments.getBreakpoints()) {
            MemoryReference place = MemoryReference.parse(asked.getInstructionReference())
                    .plus(asked.getOffset() == null ? 0 : asked.getOffset());
            if (place.physical()) {
                throw RequestFailure.badArguments(
                        "a breakpoint needs a linear address; " + place + " is a physical one");
            }
            requests.add(request(
                    new AtInstruction(place.address()),
                    when(asked.getCondition(), asked.getHitCondition(), null),
                    asked.getMode()));
        }
        SetInstructionBreakpointsResponse response = new SetInstructionBreakpointsResponse();
        response.setBreakpoints(replace(AtInstruction.class, requests));
        return response;
    }

    private BreakpointRequest request(Target target, When when, @Nullable String mode) {
        return new BreakpointRequest(target, when, mode(mode));
    }

    private static When when(@Nullable String condition, @Nullable String hitCondition, @Nullable String logMessage) {
        return new When(orEmpty(condition), orEmpty(hitCondition), orEmpty(logMessage));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private BreakpointMode mode(@Nullable String term) {
        if (term == null) {
            return session.guest().configuration().breakpointMode();
        }
        return BreakpointMode.named(term)
                .orElseThrow(() -> RequestFailure.badArguments("there is no breakpoint mode '"
                        + term + "'; the modes are "
                        + Stream.of(BreakpointMode.values())
                                .map(BreakpointMode::term)
                                .collect(Collectors.joining(", "))));
    }

    private Breakpoint[] replace(Object group, List<BreakpointRequest> requests) {
        session.breakpointsSet();
        return session.breakpoints().replace(group, requests).stream()
                .map(breakpoint -> BreakpointAnswer.of(breakpoint, session.clientFeatures()))
                .toArray(Breakpoint[]::new);
    }

    private static <T> List<T> orEmpty(T @Nullable [] array, T[] empty) {
        return Arrays.asList(array == null ? empty : array);
    }
}
