package dev.kvmdap.session;

import dev.kvmdap.session.ClientBreakpoint.SourcePosition;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.BreakpointNotVerifiedReason;

/** What has become of a breakpoint, in the protocol's words. */
public final class BreakpointAnswer {

    private BreakpointAnswer() {}

    /** The breakpoint as the client is told of it. */
    public static Breakpoint of(ClientBreakpoint breakpoint, ClientFeatures client) {
        Breakpoint answer = new Breakpoint();
        answer.setId(breakpoint.id());
        answer.setVerified(breakpoint.verified());
        answer.setMessage(breakpoint.message());
        if (!breakpoint.verified()) {
            answer.setReason(
                    breakpoint.isPending() ? BreakpointNotVerifiedReason.PENDING : BreakpointNotVerifiedReason.FAILED);
        }
        breakpoint.address().ifPresent(address -> answer.setInstructionReference(address.toString()));
        if (breakpoint.source().isPresent()) {
            SourcePosition position = breakpoint.source().get();
            answer.setSource(ClientSources.of(position.file(), client));
            answer.setLine(client.toClientLine(position.line()));
        }
        return answer;
    }

    /** The catchpoint as the client is told of it. */
    public static Breakpoint of(ClientCatchpoint catchpoint) {
        Breakpoint answer = new Breakpoint();
        answer.setId(catchpoint.id());
        answer.setVerified(catchpoint.verified());
        answer.setMessage(catchpoint.message());
        if (!catchpoint.verified()) {
            answer.setReason(BreakpointNotVerifiedReason.FAILED);
        }
        return answer;
    }

    /** What is asked for cannot be, and has no number. */
    public static Breakpoint refused(String why) {
        Breakpoint answer = new Breakpoint();
        answer.setVerified(false);
        answer.setReason(BreakpointNotVerifiedReason.FAILED);
        answer.setMessage(why);
        return answer;
    }

    /** The watchpoint as the client is told of it. */
    public static Breakpoint of(ClientWatchpoint watchpoint) {
        Breakpoint answer = new Breakpoint();
        answer.setId(watchpoint.id());
        answer.setVerified(watchpoint.verified());
        answer.setMessage(watchpoint.message());
        if (!watchpoint.verified()) {
            answer.setReason(
                    watchpoint.isPending() ? BreakpointNotVerifiedReason.PENDING : BreakpointNotVerifiedReason.FAILED);
        }
        return answer;
    }
}
