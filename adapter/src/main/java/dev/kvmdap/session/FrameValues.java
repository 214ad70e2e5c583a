package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import dev.kvmdap.expression.ValueText;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.view.ValueNode;

/** What expressions are worth in one frame of a stopped guest. Session thread. */
final class FrameValues implements ValueNode.Context {

    private final Cpu cpu;
    private final FrameNames names;
    private final ValueText text;

    FrameValues(Cpu cpu, Frame frame, ViewedVcpu vcpu, Symbols symbols, CpuMemory memory, Runnable registerChanged) {
        this.cpu = cpu;
        this.names = new FrameNames(frame, vcpu, symbols, memory, registerChanged);
        this.text = new ValueText(symbols::symbolAt);
    }

    @Override
    public ValueText text() {
        return text;
    }

    @Override
    public Value evaluate(Expression expression) {
        return expression.bind(names).value(cpu);
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
