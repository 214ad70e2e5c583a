package dev.kvmdap.expression;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Top-down operator precedence after Pratt: an operand, then operators for as long as they bind tighter than what waits
 * to the left. Precedences are those of {@link BinaryOperator}; {@code ?:} and assignments bind weakest and to the right.
 */
final class Parser {

    private static final int WEAKEST = 0;

    private static final Map<String, BinaryOperator> BINARY =
            Arrays.stream(BinaryOperator.values()).collect(Collectors.toMap(BinaryOperator::sign, Function.identity()));
    private static final Map<String, UnaryOperator> UNARY =
            Arrays.stream(UnaryOperator.values()).collect(Collectors.toMap(UnaryOperator::sign, Function.identity()));

    private final TokenStream tokens;
    private final TypeParser types;

    /**
     * Reads tokens.
     *
     * @param isType whether a name is one of a type: what {@code (name) - 1} is depends on it
     */
    Parser(List<Token> tokens, Predicate<String> isType) {
        this(new TokenStream(tokens), isType);
    }

    Parser(TokenStream tokens, Predicate<String> isType) {
        this.tokens = tokens;
        this.types = new TypeParser(tokens, isType, () -> expression(WEAKEST));
    }

    /** Reads names of types from the same stream. */
    TypeParser types() {
        return types;
    }

    /** A tree, and the format that the text asked for behind a comma. */
    record Parsed(Node tree, Format format) {}

    /** Reads a whole expression. */
    Parsed whole() {
        Node tree = expression(WEAKEST);
        Format format = tokens.peek().is(",") ? format() : Format.NATURAL;
        Token rest = tokens.peek();
        if (rest.kind() == Token.Kind.SIGN) {
            throw new ExpressionException(rest.column(), whyNoOperator(rest));
        }
        if (rest.kind() != Token.Kind.END) {
            throw new ExpressionException(rest.column(), "expected an operator before " + rest.quoted());
        }
        return new Parsed(tree, format);
    }

    private Format format() {
        tokens.next();
        Token letter = tokens.next();
        Optional<Format> format =
                letter.text().length() == 1 ? Format.of(letter.text().charAt(0)) : Optional.empty();
        return format.orElseThrow(() ->
                new ExpressionException(letter.column(), "expected a format after ',': one of " + Format.letters()));
    }

    private static String whyNoOperator(Token sign) {
        return sign.is(")") ? "there is no '(' for this ')'" : "unexpected '" + sign.text() + "'";
    }

    /** Reads an operand and all operators behind it that bind tighter than {@code precedence}. */
    private Node expression(int precedence) {
        Node left = operand();
        while (true) {
            Token token = tokens.peek();
            if (token.is("?") && precedence == WEAKEST) {
                left = conditional(left);
                continue;
            }
            if (isAssignment(token) && precedence == WEAKEST) {
                return assignment(left);
            }
            if (token.is("@") && precedence < BinaryOperator.REPETITION) {
                tokens.next();
                left = new Node.Repeated(token.column(), left, expression(BinaryOperator.REPETITION));
                continue;
            }
            BinaryOperator operator = token.kind() == Token.Kind.SIGN ? BINARY.get(token.text()) : null;
            if (operator == null || operator.precedence() <= precedence) {
                return left;
            }
            tokens.next();
            left = new Node.Binary(token.column(), operator, left, expression(operator.precedence()));
        }
    }

    private Node conditional(Node condition) {
        Token question = tokens.next();
        Node whenTrue = expression(WEAKEST);
        tokens.expect(":", question);
        return new Node.Conditional(question.column(), condition, whenTrue, expression(WEAKEST));
    }

    /** Whether a sign changes its operand. */
    static boolean isAssigning(Token token) {
        return isAssignment(token) || token.is("++") || token.is("--");
    }

    private static boolean isAssignment(Token token) {
        return token.is("=") || (token.kind() == Token.Kind.SIGN && operatorOf(token) != null);
    }

    private static @Nullable BinaryOperator operatorOf(Token assignment) {
        String sign = assignment.text();
        boolean compound = sign.length() >= 2 && sign.endsWith("=") && BINARY.get(sign) == null;
        return compound ? BINARY.get(sign.substring(0, sign.length() - 1)) : null;
    }

    private Node assignment(Node target) {
        Token sign = tokens.next();
        Node value = expression(WEAKEST);
        return new Node.Assignment(sign.column(), sign.text(), operatorOf(sign), target, value, false);
    }

    private Node operand() {
        Token token = tokens.next();
        Node operand = switch (token.kind()) {
            case NUMBER -> Literals.number(token);
            case CHARACTER -> tokens.peek().is("::") ? scoped(token) : Literals.character(token);
            case REGISTER -> register(token);
            case NAME -> name(token);
            case SIGN, END -> null;
        };
        return operand == null ? parenthesisedOrUnary(token) : postfix(operand);
    }

    private Node register(Token token) {
        String name = token.text().substring(1);
        return name.equalsIgnoreCase("msr") && tokens.peek().is("(")
                ? new Node.ModelSpecificRegister(token.column(), argument())
                : new Node.Register(token.column(), name);
    }

    private @Nullable Node name(Token token) {
        if (token.text().equals("sizeof")) {
            return null;
        }
        if (token.text().equals("phys") && tokens.peek().is("(")) {
            return new Node.Physical(token.column(), argument());
        }
        return tokens.scopeFollows() ? scoped(token) : new Node.Variable(token.column(), token.text());
    }

    private Node argument() {
        Token opener = tokens.next();
        Node argument = expression(WEAKEST);
        tokens.expect(")", opener);
        return argument;
    }

    /** A name behind {@code ::}; in front stands a file, in quotes or not, a function, or nothing. */
    private Node scoped(Token first) {
        StringBuilder scope = new StringBuilder();
        Token token = first;
        while (!token.is("::")) {
            scope.append(token.kind() == Token.Kind.CHARACTER ? unquoted(token) : token.text());
            token = tokens.next();
        }
        Token name = tokens.name("after '::'");
        while (tokens.peek().is("::")) {
            scope.append("::").append(name.text());
            tokens.next();
            name = tokens.name("after '::'");
        }
        return new Node.Scoped(name.column(), scope.toString(), name.text());
    }

    private static String unquoted(Token token) {
        return token.text().substring(1, token.text().length() - 1);
    }

    private Node postfix(Node operand) {
        Node result = operand;
        while (true) {
            Token token = tokens.peek();
            if (token.is("[")) {
                tokens.next();
                Node index = expression(WEAKEST);
                tokens.expect("]", token);
                result = new Node.Element(token.column(), result, index);
            } else if (token.is(".") || token.is("->")) {
                tokens.next();
                Token name = tokens.name("after '" + token.text() + "'");
                result = new Node.Member(token.column(), result, token.is("->"), name.column(), name.text());
            } else if (token.is("++") || token.is("--")) {
                tokens.next();
                result = increment(token, result, true);
            } else if (token.is("(")) {
                throw new ExpressionException(
                        token.column(), "functions of the guest cannot be called: expressions only read and assign");
            } else {
                return result;
            }
        }
    }

    private static Node increment(Token sign, Node target, boolean givesOld) {
        BinaryOperator operator = sign.is("++") ? BinaryOperator.ADD : BinaryOperator.SUBTRACT;
        Node one = new Node.Literal(sign.column(), 1, false, false, 0);
        return new Node.Assignment(sign.column(), sign.text(), operator, target, one, givesOld);
    }

    private Node parenthesisedOrUnary(Token token) {
        int column = token.column();
        if (token.is("(")) {
            if (types.startsType()) {
                TypeNode type = types.typeName();
                tokens.expect(")", token);
                return new Node.Cast(column, type, operand());
            }
            Node inside = expression(WEAKEST);
            tokens.expect(")", token);
            return postfix(inside);
        }
        if (token.is("{")) {
            TypeNode type = types.typeName();
            tokens.expect("}", token);
            Node address = new Node.Cast(column, new TypeNode.Pointer(type), operand());
            return new Node.Dereference(column, address);
        }
        if (token.text().equals("sizeof")) {
            return sizeOf(token);
        }
        if (token.is("::")) {
            return postfix(scoped(token));
        }
        if (token.is("&") || token.is("*")) {
            return token.is("&") ? new Node.AddressOf(column, operand()) : new Node.Dereference(column, operand());
        }
        if (token.is("++") || token.is("--")) {
            return increment(token, operand(), false);
        }
        UnaryOperator operator = token.kind() == Token.Kind.SIGN ? UNARY.get(token.text()) : null;
        if (operator == null) {
            throw new ExpressionException(column, whyNoOperand(token));
        }
        return new Node.Unary(column, operator, operand());
    }

    private Node sizeOf(Token keyword) {
        Token opener = tokens.peek();
        if (opener.is("(")) {
            tokens.next();
            if (types.startsType()) {
                TypeNode type = types.typeName();
                tokens.expect(")", opener);
                return new Node.SizeOfType(keyword.column(), type);
            }
            tokens.back();
        }
        return new Node.SizeOf(keyword.column(), operand());
    }

    private String whyNoOperand(Token token) {
        String where =
                tokens.before(token).map(before -> " after " + before.quoted()).orElse("");
        return token.kind() == Token.Kind.END
                ? "expected an operand" + where
                : "expected an operand" + where + ", found " + token.quoted();
    }
}
