package dev.kvmdap.session;

import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.BreakpointNotVerifiedReason;

/** What has become of an exception filter, in the protocol's words. */
public final class ExceptionAnswer {

    private ExceptionAnswer() {}

    /** The filter as the client is told of it. */
    public static Breakpoint of(ExceptionFilters.Chosen filter) {
        Breakpoint answer = new Breakpoint();
        answer.setId(filter.id());
        answer.setVerified(filter.verified());
        answer.setMessage(filter.message());
        if (!filter.verified()) {
            answer.setReason(BreakpointNotVerifiedReason.FAILED);
        }
        return answer;
    }
}
