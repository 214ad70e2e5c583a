package dev.kvmdap.dap;

import dev.kvmdap.engine.ExceptionReport;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.session.BreakpointAnswer;
import dev.kvmdap.session.CatchRequest;
import dev.kvmdap.session.ClientCatchpoint;
import dev.kvmdap.session.ClientCatchpoints.Group;
import dev.kvmdap.session.ExceptionFilter;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.RequestFailure.Kind;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.Threads;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.ExceptionBreakMode;
import org.eclipse.lsp4j.debug.ExceptionBreakpointsFilter;
import org.eclipse.lsp4j.debug.ExceptionDetails;
import org.eclipse.lsp4j.debug.ExceptionFilterOptions;
import org.eclipse.lsp4j.debug.ExceptionInfoArguments;
import org.eclipse.lsp4j.debug.ExceptionInfoResponse;
import org.eclipse.lsp4j.debug.SetExceptionBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetExceptionBreakpointsResponse;

/**
 * {@code setExceptionBreakpoints} and {@code exceptionInfo}: which exceptions stop the guest, and what else that can happen to it
 * anywhere; and what such a stop is about.
 */
final class ExceptionRequests implements RequestFamily {

    private static final int MOST_FRAMES = 16;

    private final Session session;

    ExceptionRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on(
                "setExceptionBreakpoints",
                SetExceptionBreakpointsArguments.class,
                SessionState.LAUNCHED,
                this::setExceptionBreakpoints);
        table.on("exceptionInfo", ExceptionInfoArguments.class, EnumSet.of(SessionState.STOPPED), this::exceptionInfo);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setExceptionBreakpointFilters(ExceptionFilter.ALL.stream()
                .map(ExceptionRequests::announced)
                .toArray(ExceptionBreakpointsFilter[]::new));
        capabilities.setSupportsExceptionFilterOptions(true);
        capabilities.setSupportsExceptionInfoRequest(true);
    }

    private static ExceptionBreakpointsFilter announced(ExceptionFilter filter) {
        ExceptionBreakpointsFilter announced = new ExceptionBreakpointsFilter();
        announced.setFilter(filter.id());
        announced.setLabel(filter.label());
        announced.setDescription(filter.description());
        announced.setDefault_(filter.byDefault());
        announced.setSupportsCondition(filter.what().takesCondition());
        if (filter.what().takesCondition()) {
            announced.setConditionDescription(filter.conditionDescription());
        }
        return announced;
    }

    /** A filter that the client chooses, which may be none of ours. */
    private record Asked(String filter, String condition) {

        Optional<CatchRequest> request() {
            return ExceptionFilter.named(filter).map(known -> CatchRequest.of(known.what(), condition));
        }

        String whyNot() {
            return "there is no exception filter '%s'; there are %s"
                    .formatted(
                            filter,
                            ExceptionFilter.ALL.stream()
                                    .map(ExceptionFilter::id)
                                    .collect(Collectors.joining(", ")));
        }
    }

    private SetExceptionBreakpointsResponse setExceptionBreakpoints(SetExceptionBreakpointsArguments arguments) {
        List<Asked> asked = new ArrayList<>();
        for (String filter : arguments.getFilters()) {
            asked.add(new Asked(filter, ""));
        }
        if (arguments.getFilterOptions() != null) {
            for (ExceptionFilterOptions option : arguments.getFilterOptions()) {
                String condition = option.getCondition();
                asked.add(new Asked(option.getFilterId(), condition == null ? "" : condition.strip()));
            }
        }
        List<CatchRequest> known =
                asked.stream().flatMap(one -> one.request().stream()).toList();
        Iterator<ClientCatchpoint> set =
                session.catchpoints().replace(Group.FILTERS, known).iterator();
        SetExceptionBreakpointsResponse response = new SetExceptionBreakpointsResponse();
        response.setBreakpoints(asked.stream()
                .map(one -> one.request().isPresent()
                        ? BreakpointAnswer.of(set.next())
                        : BreakpointAnswer.refused(one.whyNot()))
                .toArray(Breakpoint[]::new));
        return response;
    }

    private ExceptionInfoResponse exceptionInfo(ExceptionInfoArguments arguments) {
        int vcpu =
                Threads.vcpu(arguments.getThreadId(), session.guest().engine().vcpus());
        ExceptionReport report = session.exception()
                .filter(known -> vcpu == session.stoppedVcpu())
                .orElseThrow(() -> new RequestFailure(
                        Kind.REFUSED,
                        Threads.name(vcpu) + " has not stopped at an exception; the last stop tells why"));
        ExceptionInfoResponse response = new ExceptionInfoResponse();
        response.setExceptionId(report.id());
        response.setDescription(report.text());
        response.setBreakMode(
                session.lastStop().filter(ExceptionRequests::isHandled).isPresent()
                        ? ExceptionBreakMode.ALWAYS
                        : ExceptionBreakMode.UNHANDLED);
        response.setDetails(details(report, vcpu));
        return response;
    }

    /** Whether the guest can go on as if it had not been stopped. */
    private static boolean isHandled(Stop stop) {
        return stop instanceof Stop.Raised || stop instanceof Stop.Caught;
    }

    private ExceptionDetails details(ExceptionReport report, int vcpu) {
        ExceptionDetails details = new ExceptionDetails();
        details.setTypeName(report.term());
        details.setFullTypeName(report.id().equals(report.term()) ? report.term() : report.id() + " " + report.term());
        details.setMessage(report.headline());
        if (!report.operand().isEmpty()) {
            details.setEvaluateName(report.operand());
        }
        details.setStackTrace(session.guest().engine().stack(vcpu, 0, MOST_FRAMES).stream()
                .map(Frame::text)
                .collect(Collectors.joining("\n")));
        return details;
    }
}
