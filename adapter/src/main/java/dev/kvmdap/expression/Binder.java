package dev.kvmdap.expression;

import java.util.Optional;
import java.util.function.Supplier;

/** Resolves names and types: turns the parser's tree into {@link Code}. */
final class Binder<S> {

    private final Names<S> names;

    Binder(Names<S> names) {
        this.names = names;
    }

    Code<S> bind(Node node) {
        if (node instanceof Node.Literal literal) {
            return new Code.Constant<>(literal);
        }
        if (node instanceof Node.Register register) {
            return new Code.Read<>(register.column(), register(register));
        }
        if (node instanceof Node.Variable variable) {
            return new Code.Read<>(variable.column(), variable(variable));
        }
        if (node instanceof Node.Unary unary) {
            return new Code.Unary<>(unary.column(), unary.operator(), bind(unary.operand()));
        }
        if (node instanceof Node.Binary binary) {
            return binary(binary, bind(binary.left()), bind(binary.right()));
        }
        Node.Conditional choice = (Node.Conditional) node;
        Code<S> whenTrue = bind(choice.whenTrue());
        Code<S> whenFalse = bind(choice.whenFalse());
        return new Code.Choice<>(
                choice.column(), bind(choice.condition()), whenTrue, whenFalse, format(whenTrue, whenFalse));
    }

    private Operand<S> register(Node.Register register) {
        return resolve(
                register.column(),
                () -> names.register(register.name()),
                () -> "there is no register $" + register.name() + ": 'info registers' lists them");
    }

    private Operand<S> variable(Node.Variable variable) {
        return resolve(
                variable.column(),
                () -> names.variable(variable.name()),
                () -> "there is no variable '"
                        + variable.name() + "'"
                        + (isRegister(variable.name())
                                ? ": the register is $" + variable.name()
                                : " in the program's symbols"));
    }

    private Operand<S> resolve(int column, Supplier<Optional<Operand<S>>> name, Supplier<String> whyNot) {
        try {
            return name.get().orElseThrow(() -> new ExpressionException(column, whyNot.get()));
        } catch (UnreadableException e) {
            throw new ExpressionException(column, String.valueOf(e.getMessage()));
        }
    }

    private boolean isRegister(String name) {
        try {
            return names.register(name).isPresent();
        } catch (UnreadableException e) {
            return false;
        }
    }

    private Code<S> binary(Node.Binary node, Code<S> left, Code<S> right) {
        BinaryOperator operator = node.operator();
        IntegerType common = left.type().commonWith(right.type());
        IntegerType promoted = left.type().promoted();
        return switch (operator.result()) {
            case COMMON ->
                new Code.Binary<>(node.column(), operator, left, right, common, common, common, format(left, right));
            case TRUTH ->
                new Code.Binary<>(
                        node.column(), operator, left, right, common, common, IntegerType.INT, Format.DECIMAL);
            case LEFT ->
                new Code.Binary<>(
                        node.column(),
                        operator,
                        left,
                        right,
                        promoted,
                        right.type().promoted(),
                        promoted,
                        left.format());
            case SHORT_CIRCUIT ->
                new Code.ShortCircuit<>(node.column(), operator == BinaryOperator.EITHER, left, right);
        };
    }

    private Format format(Code<S> left, Code<S> right) {
        return left.format() == Format.DECIMAL ? right.format() : left.format();
    }
}
