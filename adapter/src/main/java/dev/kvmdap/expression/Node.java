package dev.kvmdap.expression;

/** A node of the tree that the parser makes. Columns are those of the operator, or of the operand itself. */
sealed interface Node {

    /** Where in the text errors of this node point; from 1. */
    int column();

    /** A number or character. */
    record Literal(int column, long value, IntegerType type) implements Node {}

    /** {@code $name}. */
    record Register(int column, String name) implements Node {}

    /** A name of the program. */
    record Variable(int column, String name) implements Node {}

    /** An operator before its operand. */
    record Unary(int column, UnaryOperator operator, Node operand) implements Node {}

    /** An operator between its operands. */
    record Binary(int column, BinaryOperator operator, Node left, Node right) implements Node {}

    /** {@code condition ? whenTrue : whenFalse}. */
    record Conditional(int column, Node condition, Node whenTrue, Node whenFalse) implements Node {}
}
