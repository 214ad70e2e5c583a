package dev.kvmdap.dap;

import dev.kvmdap.console.Answer;
import dev.kvmdap.console.Completion;
import dev.kvmdap.console.Console;
import dev.kvmdap.console.ConsoleTarget;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Value;
import dev.kvmdap.session.ConsoleDebuggee;
import dev.kvmdap.session.LaunchedGuest;
import dev.kvmdap.session.MemoryReference;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.CompletionItem;
import org.eclipse.lsp4j.debug.CompletionsArguments;
import org.eclipse.lsp4j.debug.CompletionsResponse;
import org.eclipse.lsp4j.debug.EvaluateArguments;
import org.eclipse.lsp4j.debug.EvaluateArgumentsContext;
import org.eclipse.lsp4j.debug.EvaluateResponse;
import org.eclipse.lsp4j.debug.ValueFormat;
import org.jspecify.annotations.Nullable;

/**
 * {@code evaluate} and {@code completions}: what the user types into the debug console goes to the console's verbs;
 * everything else, such as what the mouse points at, is an expression.
 */
final class EvaluateRequests implements RequestFamily {

    private static final Set<SessionState> STOPPED = EnumSet.of(SessionState.STOPPED);

    private final Session session;
    private final Console console = new Console();

    EvaluateRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("evaluate", EvaluateArguments.class, SessionState.LAUNCHED, this::evaluate);
        table.on("completions", CompletionsArguments.class, SessionState.LAUNCHED, this::completions);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsEvaluateForHovers(true);
        capabilities.setSupportsClipboardContext(true);
        capabilities.setSupportsValueFormattingOptions(true);
        capabilities.setSupportsCompletionsRequest(true);
        capabilities.setCompletionTriggerCharacters(new String[] {"$"});
    }

    private EvaluateResponse evaluate(EvaluateArguments arguments) {
        EvaluateResponse response = new EvaluateResponse();
        if (EvaluateArgumentsContext.REPL.equals(arguments.getContext())) {
            Answer answer =
                    console.answer(arguments.getExpression(), new ConsoleDebuggee(session, arguments.getFrameId()));
            response.setResult(answer.text());
            if (answer.value() != null) {
                describe(answer.value(), arguments.getFormat(), response);
            }
        } else {
            Value value = target(arguments.getFrameId()).evaluate(Expression.parse(arguments.getExpression()));
            describe(value, arguments.getFormat(), response);
        }
        return response;
    }

    private static void describe(Value value, @Nullable ValueFormat format, EvaluateResponse response) {
        boolean hex = format != null && Boolean.TRUE.equals(format.getHex());
        response.setResult(hex ? Format.HEXADECIMAL.text(value.bits(), value.type()) : value.text());
        response.setType(value.type().toString());
        if (value.type().bytes() == Long.BYTES) {
            response.setMemoryReference(new MemoryReference(false, value.bits()).toString());
        }
    }

    private CompletionsResponse completions(CompletionsArguments arguments) {
        int cursor = session.clientFeatures().fromClientColumn(arguments.getColumn()) - 1;
        CompletionsResponse response = new CompletionsResponse();
        response.setTargets(console
                .complete(
                        arguments.getText(), Math.max(0, cursor), new ConsoleDebuggee(session, arguments.getFrameId()))
                .stream()
                .map(this::item)
                .toArray(CompletionItem[]::new));
        return response;
    }

    private CompletionItem item(Completion completion) {
        CompletionItem item = new CompletionItem();
        item.setLabel(completion.text());
        item.setDetail(completion.meaning());
        item.setStart(session.clientFeatures().toClientColumn(completion.start() + 1));
        item.setLength(completion.length());
        return item;
    }

    private ConsoleTarget target(@Nullable Integer frame) {
        RequestTable.require(STOPPED, "evaluate", session.state());
        LaunchedGuest guest = session.guest();
        return guest.consoleTarget(
                frame == null
                        ? guest.topFrame(session.stoppedVcpu())
                        : session.stopScope().frame(frame));
    }
}
