package dev.kvmdap.view;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.symbols.Symbols;
import java.util.List;
import java.util.function.ToLongFunction;

/** The parameters and variables of a frame that lie in memory. */
public final class LocalsView implements Node {

    private final Frame frame;
    private final Cpu cpu;
    private final Symbols symbols;
    private final ToLongFunction<Expression> evaluator;

    /**
     * The variables of one frame.
     *
     * @param cpu whose call stack the frame is on
     * @param evaluator gives the value of an expression that a person types for a new value
     */
    public LocalsView(Frame frame, Cpu cpu, Symbols symbols, ToLongFunction<Expression> evaluator) {
        this.frame = frame;
        this.cpu = cpu;
        this.symbols = symbols;
        this.evaluator = evaluator;
    }

    @Override
    public String name() {
        return "Locals";
    }

    @Override
    public String value() {
        return "";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return symbols
                .locals(
                        frame.registers(),
                        (linear, into) -> cpu.memory().read(linear, into, 0, into.length) == into.length)
                .stream()
                .<Node>map(variable -> new VariableNode(variable, cpu.memory(), symbols, evaluator))
                .toList();
    }
}
