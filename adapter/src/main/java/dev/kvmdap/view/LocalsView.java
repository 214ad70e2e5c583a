package dev.kvmdap.view;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.symbols.Variable;
import java.util.List;
import java.util.function.Supplier;

/** The parameters and variables of a frame. */
public final class LocalsView implements Node {

    private final Supplier<List<Variable>> variables;
    private final ValueNode.Context frame;

    /**
     * The variables of one frame.
     *
     * @param variables those in scope
     * @param frame evaluates their names
     */
    public LocalsView(Supplier<List<Variable>> variables, ValueNode.Context frame) {
        this.variables = variables;
        this.frame = frame;
    }

    @Override
    public String name() {
        return "Locals";
    }

    @Override
    public String value(NumberFormat format) {
        return "";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return variables.get().stream().map(this::row).toList();
    }

    private Node row(Variable variable) {
        String name = variable.name();
        try {
            return new ValueNode(name, name, frame.evaluate(Expression.parse(name)), frame);
        } catch (ExpressionException e) {
            return new Row(name, "<" + e.reason() + ">", variable.type().name());
        }
    }
}
