package dev.kvmdap.session;

import dev.kvmdap.engine.ExceptionReport;
import dev.kvmdap.engine.Stop;
import java.util.List;
import java.util.Optional;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;

/** Tells a session's client of stops. While the guest stands still. */
final class StopReports {

    /** A reason that the protocol has no name for; clients show it as it is. */
    private static final String HALTED = "halted";

    private final LaunchedGuest guest;
    private final ClientBreakpoints breakpoints;
    private final ClientWatchpoints watchpoints;
    private final ClientCatchpoints catchpoints;

    StopReports(LaunchedGuest guest, Session session) {
        this.guest = guest;
        this.breakpoints = session.breakpoints();
        this.watchpoints = session.watchpoints();
        this.catchpoints = session.catchpoints();
    }

    /** The report on a stop. */
    StopReport of(Stop stop) {
        if (stop instanceof Stop.Breakpoints at) {
            return at(at);
        }
        if (stop instanceof Stop.Watchpoints accesses) {
            return data(
                    stop,
                    new WatchReport(guest, watchpoints).text(accesses),
                    accesses.hits().stream()
                            .flatMap(access -> watchpoints.of(access).stream())
                            .map(ClientWatchpoint::id)
                            .toList(),
                    Optional.empty());
        }
        List<ClientCatchpoint> caught = catchpoints.of(stop);
        List<Integer> hit = caught.stream().map(ClientCatchpoint::id).toList();
        if (stop instanceof Stop.Caught happening) {
            ExceptionReport report = new CatchReport(guest).of(happening);
            boolean ports = caught.stream().anyMatch(one -> catchpoints.isOf(ClientCatchpoints.Group.PORTS, one));
            return ports ? data(stop, report.text(), hit, Optional.of(report)) : exception(stop, report, hit);
        }
        Optional<ExceptionReport> report = guest.engine().explain(stop);
        return report.map(known -> exception(stop, known, hit)).orElseGet(() -> plain(stop));
    }

    private StopReport at(Stop.Breakpoints stop) {
        List<ClientBreakpoint> hit = breakpoints.of(stop.hit());
        return new StopReport(
                stop.vcpu(),
                hit.isEmpty()
                        ? StoppedEventArgumentsReason.BREAKPOINT
                        : hit.get(0).stopReason(),
                stop.description(),
                "",
                hit.stream().map(ClientBreakpoint::id).toList(),
                Optional.empty());
    }

    private static StopReport data(Stop stop, String text, List<Integer> hit, Optional<ExceptionReport> report) {
        return new StopReport(
                stop.vcpu(), StoppedEventArgumentsReason.DATA_BREAKPOINT, stop.description(), text, hit, report);
    }

    private static StopReport exception(Stop stop, ExceptionReport report, List<Integer> hit) {
        return new StopReport(
                stop.vcpu(),
                StoppedEventArgumentsReason.EXCEPTION,
                report.headline(),
                report.text(),
                hit,
                Optional.of(report));
    }

    private static StopReport plain(Stop stop) {
        String reason = reason(stop);
        boolean exception = reason.equals(StoppedEventArgumentsReason.EXCEPTION);
        return new StopReport(
                stop.vcpu(),
                reason,
                stop.description(),
                exception ? stop.description() : "",
                List.of(),
                Optional.empty());
    }

    private static String reason(Stop stop) {
        if (stop instanceof Stop.Entry) {
            return StoppedEventArgumentsReason.ENTRY;
        }
        if (stop instanceof Stop.Step) {
            return StoppedEventArgumentsReason.STEP;
        }
        if (stop instanceof Stop.Paused) {
            return StoppedEventArgumentsReason.PAUSE;
        }
        return stop instanceof Stop.Halted ? HALTED : StoppedEventArgumentsReason.EXCEPTION;
    }
}
