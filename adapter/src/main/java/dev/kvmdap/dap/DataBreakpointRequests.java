package dev.kvmdap.dap;

import dev.kvmdap.engine.WatchAccess;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.session.BreakpointAnswer;
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
        Optional<Extent> found = extent(arguments);
        if (found.isEmpty()) {
            response.setDescription("'%s' is not in memory: watch an address instead".formatted(arguments.getName()));
            return response;
        }
        Extent extent = found.get();
        long length = arguments.getBytes() != null
                ? arguments.getBytes()
                : extent.bytes() == 0 ? DEFAULT_BYTES : Math.min(extent.bytes(), DataRange.LONGEST);
        DataRange range = new DataRange(extent.address(), Math.toIntExact(length));
        response.setDataId(range.dataId());
        response.setDescription("%s (%d bytes at %s)".formatted(arguments.getName(), length, extent.address()));
        response.setAccessTypes(
                new DataBreakpointAccessType[] {DataBreakpointAccessType.WRITE, DataBreakpointAccessType.READ_WRITE});
        response.setCanPersist(true);
        return response;
    }

    private Optional<Extent> extent(DataBreakpointInfoArguments arguments) {
        String name = arguments.getName();
        if (Boolean.TRUE.equals(arguments.getAsAddress())) {
            return Optional.of(new Extent(new GuestVirtual(address(name, arguments.getFrameId())), 0));
        }
        Integer container = arguments.getVariablesReference();
        if (container != null && container > 0) {
            return session.stopScope().children(container).stream()
                    .filter(row -> row.name().equals(name))
                    .findFirst()
                    .flatMap(DataBreakpointRequests::extent);
        }
        StoppedFrame frame = frame(arguments.getFrameId());
        return guest().variable(frame, name);
    }

    /** The memory of a variable, or what a register points to. */
    private static Optional<Extent> extent(Node row) {
        Extent occupied = row.extent();
        if (occupied != null) {
            return Optional.of(occupied);
        }
        String reference = row.memoryReference();
        if (reference == null) {
            return Optional.empty();
        }
        MemoryReference target = MemoryReference.parse(reference);
        return target.physical() ? Optional.empty() : Optional.of(new Extent(new GuestVirtual(target.address()), 0));
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
        String condition = asked.getCondition();
        return new DataBreakpointRequest(
                DataRange.parse(asked.getDataId()), access, condition == null ? "" : condition);
    }

    private static Breakpoint refused() {
        Breakpoint answer = new Breakpoint();
        answer.setVerified(false);
        answer.setReason(BreakpointNotVerifiedReason.FAILED);
        answer.setMessage("x86 cannot watch reads alone: choose 'write' or 'readWrite'");
        return answer;
    }
}
