package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import dev.kvmdap.expression.ValueText;
import dev.kvmdap.view.ValueNode;

/** What expressions are worth in one frame of a stopped guest. Session thread. */
final class FrameValues implements ValueNode.Context {

    private final Cpu cpu;
    private final FrameNames names;
    private final ValueText text;

    /**
     * Evaluates on a vCPU.
     *
     * @param text writes what comes out
     */
    FrameValues(Cpu cpu, FrameNames names, ValueText text) {
        this.cpu = cpu;
        this.names = names;
        this.text = text;
    }

    @Override
    public ValueText text() {
        return text;
    }

    @Override
    public Value evaluate(Expression expression) {
        return expression.bind(names).value(cpu);
    }

    /** What the names that expressions use stand for. */
    FrameNames names() {
        return names;
    }

    /**
     * The value of an expression that may assign.
     *
     * @throws dev.kvmdap.expression.ExpressionException where it has none
     */
    Value evaluateToChange(Expression expression) {
        return expression.bindToChange(names).value(cpu);
    }
}
