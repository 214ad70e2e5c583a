package dev.kvmdap.expression;

import dev.kvmdap.types.FloatType;
import org.jspecify.annotations.Nullable;

/** A node of the tree that the parser makes. Columns are those of the operator, or of the operand itself. */
sealed interface Node {

    /** Where in the text errors of this node point; from 1. */
    int column();

    /** A character, which is an {@code int}. */
    record CharacterConstant(int column, int value) implements Node {}

    /**
     * An integer. Its type is the first of C's list that holds the value (C17 6.4.4.1); which one that is
     * depends on how wide they are.
     *
     * @param decimal whether it is written in base 10, which has no unsigned types in its list
     * @param unsigned whether it has the suffix {@code u}
     * @param longs how many {@code l} its suffix has: 0, 1 or 2
     */
    record Literal(int column, long value, boolean decimal, boolean unsigned, int longs) implements Node {}

    /** A floating-point constant. */
    record FloatLiteral(int column, double value, FloatType type) implements Node {}

    /** {@code $name}. */
    record Register(int column, String name) implements Node {}

    /** {@code $msr(index)}. */
    record ModelSpecificRegister(int column, Node index) implements Node {}

    /** {@code phys(address)}. */
    record Physical(int column, Node address) implements Node {}

    /** A name of the program. */
    record Variable(int column, String name) implements Node {}

    /** {@code scope::name}. */
    record Scoped(int column, String scope, String name) implements Node {}

    /** An operator before its operand. */
    record Unary(int column, UnaryOperator operator, Node operand) implements Node {}

    /** {@code &operand}. */
    record AddressOf(int column, Node operand) implements Node {}

    /** {@code *operand}. */
    record Dereference(int column, Node operand) implements Node {}

    /** {@code (type) operand}. */
    record Cast(int column, TypeNode type, Node operand) implements Node {}

    /** {@code sizeof operand}. */
    record SizeOf(int column, Node operand) implements Node {}

    /** {@code sizeof (type)}. */
    record SizeOfType(int column, TypeNode type) implements Node {}

    /** {@code object.name}, or with {@code arrow}, {@code object->name}. */
    record Member(int column, Node object, boolean arrow, int nameColumn, String name) implements Node {}

    /** {@code array[index]}. */
    record Element(int column, Node array, Node index) implements Node {}

    /** {@code object @ count}: an array of objects that begins with one; gdb's. */
    record Repeated(int column, Node object, Node count) implements Node {}

    /** An operator between its operands. */
    record Binary(int column, BinaryOperator operator, Node left, Node right) implements Node {}

    /** {@code condition ? whenTrue : whenFalse}. */
    record Conditional(int column, Node condition, Node whenTrue, Node whenFalse) implements Node {}

    /**
     * {@code target = value}, or with an operator in front of the {@code =}.
     *
     * @param sign as it was written: {@code =}, {@code +=}, {@code ++}
     * @param givesOld whether the result is the value before, as of {@code target++}
     */
    record Assignment(
            int column, String sign, @Nullable BinaryOperator operator, Node target, Node value, boolean givesOld)
            implements Node {}
}
