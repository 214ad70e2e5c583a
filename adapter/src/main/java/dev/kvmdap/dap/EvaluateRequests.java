package dev.kvmdap.dap;

import dev.kvmdap.console.Answer;
import dev.kvmdap.console.Completion;
import dev.kvmdap.console.Console;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.session.ConsoleDebuggee;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.view.Node;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.CompletionItem;
import org.eclipse.lsp4j.debug.CompletionsArguments;
import org.eclipse.lsp4j.debug.CompletionsResponse;
import org.eclipse.lsp4j.debug.EvaluateArguments;
import org.eclipse.lsp4j.debug.EvaluateArgumentsContext;
import org.eclipse.lsp4j.debug.EvaluateResponse;
import org.eclipse.lsp4j.debug.SetExpressionArguments;
import org.eclipse.lsp4j.debug.SetExpressionResponse;
import org.eclipse.lsp4j.debug.ValueFormat;
import org.jspecify.annotations.Nullable;

/**
 * {@code evaluate}, {@code setExpression} and {@code completions}: what the user types into the debug console goes to the console's verbs;
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
        table.on("setExpression", SetExpressionArguments.class, STOPPED, this::setExpression);
        table.on("completions", CompletionsArguments.class, SessionState.LAUNCHED, this::completions);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsEvaluateForHovers(true);
        capabilities.setSupportsSetExpression(true);
        capabilities.setSupportsClipboardContext(true);
        capabilities.setSupportsValueFormattingOptions(true);
        capabilities.setSupportsCompletionsRequest(true);
        capabilities.setCompletionTriggerCharacters(new String[] {"$"});
    }

    private EvaluateResponse evaluate(EvaluateArguments arguments) {
        String context = String.valueOf(arguments.getContext());
        if (context.equals(EvaluateArgumentsContext.REPL)) {
            return console(arguments);
        }
        StoppedFrame frame = frame(arguments.getFrameId());
        Expression expression = Expression.parse(arguments.getExpression());
        EvaluateResponse response = new EvaluateResponse();
        describe(session.guest().evaluated(frame, expression), format(arguments.getFormat()), response);
        return response;
    }

    private EvaluateResponse console(EvaluateArguments arguments) {
        Answer answer = console.answer(arguments.getExpression(), new ConsoleDebuggee(session, arguments.getFrameId()));
        EvaluateResponse response = new EvaluateResponse();
        Answer.Result result = answer.result();
        NumberFormat numbers = format(arguments.getFormat());
        if (session.state() == SessionState.STOPPED
                && !session.guest().changes().isEmpty()) {
            session.valuesChanged();
        }
        if (result != null) {
            StoppedFrame frame = frame(arguments.getFrameId());
            describe(session.guest().node(frame, result.expression(), result.value()), numbers, response);
        }
        if (result == null || numbers == NumberFormat.NATURAL) {
            response.setResult(answer.text());
        }
        return response;
    }

    private void describe(Node node, NumberFormat numbers, EvaluateResponse response) {
        response.setResult(node.value(numbers));
        response.setType(node.type());
        response.setMemoryReference(node.memoryReference());
        response.setVariablesReference(session.stopScope().add(node));
        if (node.elements() > 0) {
            response.setIndexedVariables(node.elements());
        }
    }

    private NumberFormat format(@Nullable ValueFormat wanted) {
        return VariablesRequests.format(wanted, session);
    }

    private SetExpressionResponse setExpression(SetExpressionArguments arguments) {
        Expression expression = Expression.parse(arguments.getExpression());
        Node node = session.guest().evaluated(frame(arguments.getFrameId()), expression);
        node.set(arguments.getValue());
        session.valuesChanged();
        SetExpressionResponse response = new SetExpressionResponse();
        response.setValue(node.value(format(arguments.getFormat())));
        response.setType(node.type());
        response.setMemoryReference(node.memoryReference());
        response.setVariablesReference(session.stopScope().add(node));
        return response;
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

    private StoppedFrame frame(@Nullable Integer frame) {
        RequestTable.require(STOPPED, "evaluate", session.state());
        return frame == null
                ? session.guest().topFrame(session.stoppedVcpu())
                : session.stopScope().frame(frame);
    }
}
