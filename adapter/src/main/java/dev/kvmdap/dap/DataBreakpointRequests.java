package dev.kvmdap.dap;

import dev.kvmdap.engine.WatchAccess;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.session.BreakpointAnswer;
import dev.kvmdap.session.BreakpointRequest.When;
import dev.kvmdap.session.ClientWatchpoint;
import dev.kvmdap.session.DataBreakpointRequest;
import dev.kvmdap.session.DataRange;
import dev.kvmdap.session.LaunchedGuest;
import dev.kvmdap.session.MemoryReference;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.view.Extent;
import dev.kvmdap.view.Node;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.BreakpointNotVerifiedReason;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.DataBreakpoint;
import org.eclipse.lsp4j.debug.DataBreakpointAccessType;
import org.eclipse.lsp4j.debug.DataBreakpointInfoArguments;
import org.eclipse.lsp4j.debug.DataBreakpointInfoResponse;
import org.eclipse.lsp4j.debug.SetDataBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetDataBreakpointsResponse;
import org.jspecify.annotations.Nullable;

/** {@code dataBreakpointInfo} and {@code setDataBreakpoints}: watchpoints on variables, what registers point to, and addresses. */
final class DataBreakpointRequests implements RequestFamily {

    /** What an address without a length is taken for: one word of 64-bit code. */
    private static final int DEFAULT_BYTES = 8;

    private static final Set<SessionState> STOPPED = EnumSet.of(SessionState.STOPPED);

    private final Session session;

    DataBreakpointRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("dataBreakpointInfo", DataBreakpointInfoArguments.class, STOPPED, this::info);
        table.on("setDataBreakpoints", SetDataBreakpointsArguments.class, SessionState.LAUNCHED, this::set);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsDataBreakpoints(true);
        capabilities.setSupportsDataBreakpointBytes(true);
    }

    private DataBreakpointInfoResponse info(DataBreakpointInfoArguments arguments) {
        DataBreakpointInfoResponse response = new DataBreakpointInfoResponse();
        Optional<DataRange> found = range(arguments);
        if (found.isEmpty()) {
            response.setDescription("'%s' is not in memory: watch an address instead, such as what it points to"
                    .formatted(arguments.getName()));
            return response;
        }
        DataRange range = found.get();
        response.setDataId(range.dataId());
        response.setDescription("%s (%d bytes at %s; %s)%s"
                .formatted(
                        arguments.getName(),
                        range.length(),
                        range.address(),
                        guest().engine().meansToWatch(range.address(), range.length(), WatchAccess.WRITE),
                        range.scope().isPresent() ? ", until its function returns" : ""));
        response.setAccessTypes(
                new DataBreakpointAccessType[] {DataBreakpointAccessType.WRITE, DataBreakpointAccessType.READ_WRITE});
        response.setCanPersist(range.scope().isEmpty());
        return response;
    }

    private Optional<DataRange> range(DataBreakpointInfoArguments arguments) {
        String name = arguments.getName();
        Integer bytes = arguments.getBytes();
        if (Boolean.TRUE.equals(arguments.getAsAddress())) {
            GuestVirtual address = new GuestVirtual(address(name, arguments.getFrameId()));
            return Optional.of(new DataRange(address, bytes == null ? DEFAULT_BYTES : bytes, Optional.empty(), ""));
        }
        int container = arguments.getVariablesReference() == null ? 0 : arguments.getVariablesReference();
        Optional<Extent> occupied = container > 0 ? row(container, name).map(Node::extent) : named(arguments);
        if (occupied.isPresent()) {
            return occupied.map(extent -> variable(arguments, extent));
        }
        return row(container, name)
                .flatMap(DataBreakpointRequests::pointee)
                .map(target -> new DataRange(target, bytes == null ? DEFAULT_BYTES : bytes, Optional.empty(), ""));
    }

    private DataRange variable(DataBreakpointInfoArguments arguments, Extent extent) {
        long known = extent.bytes() == 0 ? DEFAULT_BYTES : Math.min(extent.bytes(), DataRange.LONGEST);
        int bytes = arguments.getBytes() == null ? (int) known : arguments.getBytes();
        int vcpu = frame(arguments.getFrameId()).vcpu();
        return new DataRange(
                extent.address(), bytes, guest().engine().activationAt(vcpu, extent.address()), arguments.getName());
    }

    private Optional<Extent> named(DataBreakpointInfoArguments arguments) {
        try {
            return guest().variable(frame(arguments.getFrameId()), arguments.getName());
        } catch (ExpressionException wrong) {
            throw RequestFailure.badArguments("'" + arguments.getName() + "': " + wrong.getMessage());
        }
    }

    private Optional<Node> row(int container, String name) {
        return container == 0
                ? Optional.empty()
                : session.stopScope().children(container).stream()
                        .filter(row -> row.name().equals(name))
                        .findFirst();
    }

    /** What a register points to. */
    private static Optional<GuestVirtual> pointee(Node row) {
        String reference = row.memoryReference();
        if (reference == null) {
            return Optional.empty();
        }
        MemoryReference target = MemoryReference.parse(reference);
        return target.physical() ? Optional.empty() : Optional.of(new GuestVirtual(target.address()));
    }

    private long address(String expression, @Nullable Integer frame) {
        try {
            return guest().consoleTarget(frame(frame))
                    .evaluate(Expression.parse(expression))
                    .bits();
        } catch (ExpressionException wrong) {
            throw RequestFailure.badArguments("'" + expression + "' is no address: " + wrong.getMessage());
        }
    }

    private StoppedFrame frame(@Nullable Integer frame) {
        return frame == null
                ? guest().topFrame(session.stoppedVcpu())
                : session.stopScope().frame(frame);
    }

    private LaunchedGuest guest() {
        return session.guest();
    }

    private SetDataBreakpointsResponse set(SetDataBreakpointsArguments arguments) {
        List<DataBreakpointRequest> watchable = new ArrayList<>();
        for (DataBreakpoint asked : arguments.getBreakpoints()) {
            if (asked.getAccessType() != DataBreakpointAccessType.READ) {
                watchable.add(request(asked));
            }
        }
        session.breakpointsSet();
        List<ClientWatchpoint> placed = session.watchpoints().replace(watchable);
        Breakpoint[] answers = new Breakpoint[arguments.getBreakpoints().length];
        int next = 0;
        for (int i = 0; i < answers.length; i++) {
            boolean readOnly = arguments.getBreakpoints()[i].getAccessType() == DataBreakpointAccessType.READ;
            answers[i] = readOnly ? refused() : BreakpointAnswer.of(placed.get(next++));
        }
        SetDataBreakpointsResponse response = new SetDataBreakpointsResponse();
        response.setBreakpoints(answers);
        return response;
    }

    private static DataBreakpointRequest request(DataBreakpoint asked) {
        WatchAccess access = asked.getAccessType() == DataBreakpointAccessType.READ_WRITE
                ? WatchAccess.READ_WRITE
                : WatchAccess.WRITE;
        When when = new When(orEmpty(asked.getCondition()), orEmpty(asked.getHitCondition()), "");
        return new DataBreakpointRequest(DataRange.parse(asked.getDataId()), access, when);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Breakpoint refused() {
        Breakpoint answer = new Breakpoint();
        answer.setVerified(false);
        answer.setReason(BreakpointNotVerifiedReason.FAILED);
        answer.setMessage("x86 cannot watch reads alone: choose 'write' or 'readWrite'");
        return answer;
    }
}
