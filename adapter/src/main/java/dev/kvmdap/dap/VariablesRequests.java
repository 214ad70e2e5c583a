package dev.kvmdap.dap;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.view.Node;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.SetVariableArguments;
import org.eclipse.lsp4j.debug.SetVariableResponse;
import org.eclipse.lsp4j.debug.ValueFormat;
import org.eclipse.lsp4j.debug.Variable;
import org.eclipse.lsp4j.debug.VariablePresentationHint;
import org.eclipse.lsp4j.debug.VariablePresentationHintAttributes;
import org.eclipse.lsp4j.debug.VariablesArguments;
import org.eclipse.lsp4j.debug.VariablesResponse;
import org.jspecify.annotations.Nullable;

/** {@code variables} and {@code setVariable}: the rows below a scope or a variable, and their change. */
final class VariablesRequests implements RequestFamily {

    private static final Set<SessionState> STOPPED = EnumSet.of(SessionState.STOPPED);

    private final Session session;

    VariablesRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("variables", VariablesArguments.class, STOPPED, this::variables);
        table.on("setVariable", SetVariableArguments.class, STOPPED, this::setVariable);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsSetVariable(true);
    }

    private VariablesResponse variables(VariablesArguments arguments) {
        List<Node> children = session.stopScope().children(arguments.getVariablesReference());
        int start = Math.min(Math.max(0, orZero(arguments.getStart())), children.size());
        int count = orZero(arguments.getCount());
        int end = count <= 0 ? children.size() : Math.min(children.size(), start + Math.min(count, children.size()));
        VariablesResponse response = new VariablesResponse();
        response.setVariables(children.subList(start, end).stream()
                .map(row -> variable(row, arguments.getFormat()))
                .toArray(Variable[]::new));
        return response;
    }

    private Variable variable(Node row, @Nullable ValueFormat format) {
        Variable variable = new Variable();
        variable.setName(row.name());
        variable.setValue(value(row, format));
        if (session.clientFeatures().variableType() && row.type() != null) {
            variable.setType(row.type());
        }
        variable.setEvaluateName(row.evaluateName());
        variable.setMemoryReference(row.memoryReference());
        variable.setVariablesReference(session.stopScope().add(row));
        if (row.elements() > 0) {
            variable.setIndexedVariables(row.elements());
        }
        if (!row.settable()) {
            VariablePresentationHint hint = new VariablePresentationHint();
            hint.setAttributes(new String[] {VariablePresentationHintAttributes.READ_ONLY});
            variable.setPresentationHint(hint);
        }
        return variable;
    }

    private SetVariableResponse setVariable(SetVariableArguments arguments) {
        Node row = session.stopScope().children(arguments.getVariablesReference()).stream()
                .filter(child -> child.name().equals(arguments.getName()))
                .findFirst()
                .orElseThrow(() -> RequestFailure.badArguments("there is no variable '" + arguments.getName()
                        + "' under reference " + arguments.getVariablesReference()));
        row.set(arguments.getValue());
        session.valuesChanged();
        SetVariableResponse response = new SetVariableResponse();
        response.setValue(value(row, arguments.getFormat()));
        response.setType(row.type());
        response.setMemoryReference(row.memoryReference());
        response.setVariablesReference(session.stopScope().add(row));
        return response;
    }

    private String value(Node row, @Nullable ValueFormat wanted) {
        return row.value(format(wanted, session));
    }

    /** How integers are written: in hexadecimal where the request wants it, else as the user has chosen for the session. */
    static NumberFormat format(@Nullable ValueFormat wanted, Session session) {
        boolean hexadecimal = wanted != null && Boolean.TRUE.equals(wanted.getHex());
        return hexadecimal ? NumberFormat.HEXADECIMAL : session.guest().numberFormat();
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }
}
