package dev.kvmdap.dap;

import dev.kvmdap.console.Catchable;
import dev.kvmdap.engine.PortDirection;
import dev.kvmdap.engine.Trigger;
import dev.kvmdap.engine.WatchAccess;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.session.BreakpointAnswer;
import dev.kvmdap.session.BreakpointRequest.When;
import dev.kvmdap.session.CatchRequest;
import dev.kvmdap.session.ClientCatchpoint;
import dev.kvmdap.session.ClientCatchpoints.Group;
import dev.kvmdap.session.ClientWatchpoint;
import dev.kvmdap.session.DataBreakpointRequest;
import dev.kvmdap.session.DataRange;
import dev.kvmdap.session.LaunchedGuest;
import dev.kvmdap.session.MemoryReference;
import dev.kvmdap.session.PortDataId;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.view.Extent;
import dev.kvmdap.view.Node;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.DataBreakpoint;
import org.eclipse.lsp4j.debug.DataBreakpointAccessType;
import org.eclipse.lsp4j.debug.DataBreakpointInfoArguments;
import org.eclipse.lsp4j.debug.DataBreakpointInfoResponse;
import org.eclipse.lsp4j.debug.SetDataBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetDataBreakpointsResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code dataBreakpointInfo} and {@code setDataBreakpoints}: watchpoints on variables, what registers point to, addresses, and
 * I/O ports.
 */
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
        if (PortDataId.isOne(arguments.getName())) {
            return ports(PortDataId.parse(arguments.getName()), arguments.getBytes());
        }
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

    private DataBreakpointInfoResponse ports(PortDataId named, @Nullable Integer count) {
        PortDataId id = count == null ? named : named.withCount(count);
        Trigger.Ports trigger = new Trigger.Ports(id.ports(), PortDirection.BOTH);
        DataBreakpointInfoResponse response = new DataBreakpointInfoResponse();
        response.setDataId(id.dataId());
        response.setDescription("%s (%s); read is IN, write is OUT"
                .formatted(
                        trigger.description(),
                        guest().engine().meansToCatch(trigger).text()));
        response.setAccessTypes(new DataBreakpointAccessType[] {
            DataBreakpointAccessType.READ, DataBreakpointAccessType.WRITE, DataBreakpointAccessType.READ_WRITE
        });
        response.setCanPersist(true);
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
        List<DataBreakpointRequest> memory = new ArrayList<>();
        List<CatchRequest> ports = new ArrayList<>();
        for (DataBreakpoint asked : arguments.getBreakpoints()) {
            if (PortDataId.isOne(asked.getDataId())) {
                ports.add(ports(asked));
            } else if (asked.getAccessType() != DataBreakpointAccessType.READ) {
                memory.add(memory(asked));
            }
        }
        session.breakpointsSet();
        Iterator<ClientWatchpoint> watched =
                session.watchpoints().replace(memory).iterator();
        Iterator<ClientCatchpoint> caught =
                session.catchpoints().replace(Group.PORTS, ports).iterator();
        List<Breakpoint> answers = new ArrayList<>();
        for (DataBreakpoint asked : arguments.getBreakpoints()) {
            if (PortDataId.isOne(asked.getDataId())) {
                answers.add(BreakpointAnswer.of(caught.next()));
            } else if (asked.getAccessType() == DataBreakpointAccessType.READ) {
                answers.add(BreakpointAnswer.refused("x86 cannot watch reads alone: choose 'write' or 'readWrite'"));
            } else {
                answers.add(BreakpointAnswer.of(watched.next()));
            }
        }
        SetDataBreakpointsResponse response = new SetDataBreakpointsResponse();
        response.setBreakpoints(answers.toArray(Breakpoint[]::new));
        return response;
    }

    private static CatchRequest ports(DataBreakpoint asked) {
        PortDirection direction = asked.getAccessType() == null
                ? PortDirection.OUT
                : switch (asked.getAccessType()) {
                    case READ -> PortDirection.IN;
                    case WRITE -> PortDirection.OUT;
                    case READ_WRITE -> PortDirection.BOTH;
                };
        Trigger trigger = new Trigger.Ports(PortDataId.parse(asked.getDataId()).ports(), direction);
        return new CatchRequest(new Catchable.Happening(trigger), when(asked));
    }

    private static DataBreakpointRequest memory(DataBreakpoint asked) {
        WatchAccess access = asked.getAccessType() == DataBreakpointAccessType.READ_WRITE
                ? WatchAccess.READ_WRITE
                : WatchAccess.WRITE;
        return new DataBreakpointRequest(DataRange.parse(asked.getDataId()), access, when(asked));
    }

    private static When when(DataBreakpoint asked) {
        return new When(orEmpty(asked.getCondition()), orEmpty(asked.getHitCondition()), "");
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
