package dev.kvmdap.expression;

import dev.kvmdap.types.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An expression of C over registers ({@code $rax}) and names of the program, optionally with a format letter behind a comma:
 * {@code task->state + 1,x}. Widths, ranks and conversions are those of C in the program's ABI; arithmetic wraps. Beyond C
 * there are {@code phys(address)} for physical memory, {@code $msr(index)}, {@code file.c::name} and
 * {@code function::name}, and casts to arrays and structures, which show memory as such.
 *
 * <p>Reading has three steps, each done as seldom as can be: {@link #parse} once for a text, {@link #bind} once for the
 * names it may use, {@link Bound#evaluate} at every stop.
 */
public final class Expression {

    private final String text;
    private final List<Token> tokens;
    private final Parser.Parsed guess;
    private final boolean guessed;

    private Expression(String text, List<Token> tokens, Parser.Parsed guess, boolean guessed) {
        this.text = text;
        this.tokens = tokens;
        this.guess = guess;
        this.guessed = guessed;
    }

    /**
     * Reads a text. What {@code (name) - 1} is, a cast or a subtraction, is only known when names are: such a text is read
     * again by {@link #bind}.
     *
     * @throws ExpressionException where it is not an expression: the message names the column, and what is expected
     */
    public static Expression parse(String text) {
        List<Token> tokens = Tokenizer.tokens(text);
        boolean[] guessed = {false};
        Predicate<String> noType = name -> {
            guessed[0] = true;
            return false;
        };
        try {
            return new Expression(text, tokens, new Parser(tokens, noType).whole(), guessed[0]);
        } catch (ExpressionException wrong) {
            if (!guessed[0]) {
                throw wrong;
            }
            return withTypes(text, tokens, wrong);
        }
    }

    private static Expression withTypes(String text, List<Token> tokens, ExpressionException otherwise) {
        try {
            return new Expression(text, tokens, new Parser(tokens, name -> true).whole(), true);
        } catch (ExpressionException wrongToo) {
            throw otherwise;
        }
    }

    /**
     * Resolves the names, to read the guest.
     *
     * @throws ExpressionException where a name is unknown or cannot be used, or the expression assigns
     */
    public <S> Bound<S> bind(Names<S> names) {
        return bind(names, false);
    }

    /**
     * Resolves the names, to read the guest and to change it as the expression says.
     *
     * @throws ExpressionException where a name is unknown or cannot be used
     */
    public <S> Bound<S> bindToChange(Names<S> names) {
        return bind(names, true);
    }

    private <S> Bound<S> bind(Names<S> names, boolean change) {
        Parser.Parsed parsed = guessed ? new Parser(tokens, name -> isType(name, names)).whole() : guess;
        Code<S> code = new Binder<>(names, change).bind(parsed.tree());
        Format format = parsed.format() != Format.NATURAL ? parsed.format() : code.format();
        return new Bound<>(code, format, names.memory());
    }

    private static boolean isType(String name, Names<?> names) {
        try {
            return names.variable(name).isEmpty() && TypeBinder.isType(name, names);
        } catch (UnreadableException knownAsVariable) {
            return false;
        }
    }

    /**
     * The type that a text names; empty where it names none, as where it is an expression.
     *
     * @throws ExpressionException where it is a type's name and has no meaning
     */
    public static Optional<Type> typeNamed(String text, Names<?> names) {
        TokenStream tokens = new TokenStream(Tokenizer.tokens(text));
        TypeParser types = new Parser(tokens, name -> isType(name, names)).types();
        if (!types.startsType()) {
            return Optional.empty();
        }
        TypeNode type = types.typeName();
        if (tokens.peek().kind() != Token.Kind.END) {
            throw new ExpressionException(
                    tokens.peek().column(), "unexpected " + tokens.peek().quoted() + " behind a type");
        }
        return Optional.of(new Binder<>(names, false).type(type));
    }

    /** Whether its outermost operator assigns. */
    public boolean assigns() {
        return guess.tree() instanceof Node.Assignment;
    }

    /** Whether nothing in it assigns. */
    public boolean changesNothing() {
        return tokens.stream().noneMatch(Parser::isAssigning);
    }

    /** What it assigns to, where it {@link #assigns}: {@code table[3]} of {@code table[3] += 2}. */
    public String target() {
        int sign = guess.tree().column() - 1;
        return sign == 0 ? text.substring(2).strip() : text.substring(0, sign).strip();
    }

    /**
     * The values of a variable outside of which the expression is surely 0, as far as its comparisons with numbers show.
     *
     * @param variable a name that nothing hides
     * @param all the values that it has at all, none of them negative
     * @return at most {@code all}; empty where the expression is always 0
     */
    public Interval bounds(String variable, Interval all) {
        return new Bounds(variable, all).of(guess.tree(), true);
    }

    /** The text up to the comma in front of its format. */
    public String withoutFormat() {
        Token end = tokens.get(tokens.size() - 1);
        boolean hasFormat = tokens.size() > 2 && tokens.get(tokens.size() - 3).is(",");
        int length = (hasFormat ? tokens.get(tokens.size() - 3) : end).column() - 1;
        return text.substring(0, length).strip();
    }

    /** The text as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
