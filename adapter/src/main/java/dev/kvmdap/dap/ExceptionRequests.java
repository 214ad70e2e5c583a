package dev.kvmdap.dap;

import dev.kvmdap.engine.ExceptionReport;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.session.ExceptionAnswer;
import dev.kvmdap.session.ExceptionFilter;
import dev.kvmdap.session.ExceptionFilters;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.RequestFailure.Kind;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.Threads;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
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

/** {@code setExceptionBreakpoints} and {@code exceptionInfo}: which exceptions stop the guest, and what one is about. */
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
        announced.setSupportsCondition(filter.takesCondition());
        if (filter.takesCondition()) {
            announced.setConditionDescription(
                    "such as: cpl == 0 && cr2 < 4096 (also vector, error, rip, $rax, globals)");
        }
        return announced;
    }

    private SetExceptionBreakpointsResponse setExceptionBreakpoints(SetExceptionBreakpointsArguments arguments) {
        List<ExceptionFilters.Request> requests = new ArrayList<>();
        for (String filter : arguments.getFilters()) {
            requests.add(new ExceptionFilters.Request(filter, ""));
        }
        if (arguments.getFilterOptions() != null) {
            for (ExceptionFilterOptions option : arguments.getFilterOptions()) {
                String condition = option.getCondition();
                requests.add(
                        new ExceptionFilters.Request(option.getFilterId(), condition == null ? "" : condition.strip()));
            }
        }
        SetExceptionBreakpointsResponse response = new SetExceptionBreakpointsResponse();
        response.setBreakpoints(session.exceptionFilters().replace(requests).stream()
                .map(ExceptionAnswer::of)
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
                session.lastStop().filter(Stop.Raised.class::isInstance).isPresent()
                        ? ExceptionBreakMode.ALWAYS
                        : ExceptionBreakMode.UNHANDLED);
        response.setDetails(details(report, vcpu));
        return response;
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
