package dev.kvmdap.expression;

import java.util.List;
import java.util.Random;

/** Expressions over {@link SampleMemory}, of every operator and kind of type, that a C compiler takes. */
final class RandomExpressions {

    private static final List<String> LITERALS = List.of(
            "0",
            "1",
            "7",
            "42",
            "255",
            "2147483647",
            "2147483648",
            "0x80000000",
            "0xffffffff",
            "0x7fffffffffffffff",
            "0xffffffffffffffff",
            "017",
            "0b1011",
            "3u",
            "5l",
            "9ul",
            "0xfULL",
            "6ll",
            "'A'",
            "'\\xfe'",
            "'\\n'");
    private static final List<String> REAL_LITERALS =
            List.of("0.5", "1.0f", "3.25", "1e3", "0.1", "0.1f", "2.", ".75", "1e-3f", "0x1.8p3", "7e0");
    private static final List<String> INTEGERS = List.of(
            "char",
            "signed char",
            "unsigned char",
            "short",
            "unsigned short",
            "int",
            "unsigned int",
            "unsigned",
            "long",
            "unsigned long",
            "long long",
            "unsigned long long",
            "_Bool",
            "short int",
            "long unsigned int");
    private static final List<String> VARIABLES = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
    private static final List<String> WORDS = List.of(
            "whole[%d]",
            "little[%d]",
            "grid[1][%d]",
            "s.all",
            "s.three[%d]",
            "s.last",
            "t->all",
            "t->next->last",
            "(*t).three[%d]",
            "p[%d]",
            "*(p + %d)",
            "q[%d]",
            "(*u)[%d]",
            "u[1][%d]",
            "*q",
            "*v",
            "%d[p]",
            "*grid[%d]",
            "((signed char *)p)[%d]",
            "*(unsigned short *)(v + %d)",
            "(*s.next).all",
            "*(long long *)p");
    private static final List<String> FIELDS =
            List.of("s.five", "s.seven", "s.nineteen", "s.one", "t->five", "t->seven");
    private static final List<String> REALS = List.of("m", "n", "reals[%d]", "s.real", "t->real", "*r", "r[-1]");
    private static final List<String> POINTERS =
            List.of("int *", "short *", "double *", "struct node *", "char *", "int (*)[4]");
    private static final List<List<String>> POINTING = List.of(
            List.of("p", "whole", "&whole[%d]", "&s.all", "s.three", "grid[%d]", "&grid[1][%d]", "*u", "&*p"),
            List.of("q", "little", "&little[%d]", "&*q"),
            List.of("r", "reals", "&reals[%d]", "&n"),
            List.of("t", "&s", "s.next", "t->next", "&*t"),
            List.of("v", "&k", "(char *)p", "(char *)&s"),
            List.of("u", "grid", "&grid[%d]"));
    /** Pointers into one array each, so that their difference is defined. */
    private static final List<List<String>> ARRAYS = List.of(
            List.of("p", "whole", "&whole[%d]", "&p[%d]"),
            List.of("q", "little", "&little[%d]"),
            List.of("r", "reals", "&reals[%d]"),
            List.of("t", "&s", "s.next", "t->next"),
            List.of("u", "grid", "&grid[%d]"),
            List.of("grid[0]", "*u", "&grid[1][%d]"));

    private static final List<String> ARITHMETIC = List.of("*", "/", "%", "+", "-", "<<", ">>", "&", "^", "|");
    private static final List<String> COMPARISONS = List.of("<", "<=", ">", ">=", "==", "!=");
    private static final List<String> SIZES = List.of(
            "int", "long", "struct node", "int[3]", "char *", "short[2][5]", "unsigned long long", "double", "_Bool");

    private final Random random;

    RandomExpressions(Random random) {
        this.random = random;
    }

    /** An expression with a value. */
    String any(int depth) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> real(depth);
            case 2 -> pointer(depth, random.nextInt(POINTERS.size()));
            default -> integer(depth);
        };
    }

    /** An expression that changes something; of bit fields. */
    String changeOfField() {
        return assignment(one(FIELDS), false, true);
    }

    /** An expression that changes something. */
    String change() {
        int kind = random.nextInt(6);
        if (kind == 0) {
            int type = random.nextInt(POINTERS.size());
            String target = List.of("p", "q", "r", "t", "v", "u").get(type);
            return switch (random.nextInt(3)) {
                case 0 -> target + " = " + pointer(2, type);
                case 1 -> target + one(List.of(" += ", " -= ")) + small();
                default -> counted(target);
            };
        }
        return kind < 3 ? assignment(place(REALS), true, false) : assignment(target(), false, false);
    }

    private String target() {
        return random.nextBoolean() ? one(VARIABLES) : place(WORDS);
    }

    private String assignment(String target, boolean isReal, boolean isField) {
        String value = random.nextInt(3) == 0 && !isField ? real(2) : integer(2);
        return switch (random.nextInt(4)) {
            case 0 -> isField && target.endsWith("one") ? target + " = " + value : counted(target);
            case 1 ->
                target + " " + (isReal ? one(List.of("*", "/", "+", "-")) : one(ARITHMETIC)) + "= "
                        + (isReal ? value : integer(2));
            default -> target + " = " + value;
        };
    }

    private String counted(String target) {
        String place = target.equals("l") ? "e" : target;
        String grouped = place.matches("\\w+") ? place : "(" + place + ")";
        return random.nextBoolean() ? one(List.of("++", "--")) + grouped : grouped + one(List.of("++", "--"));
    }

    private String integer(int depth) {
        if (depth <= 0) {
            return switch (random.nextInt(6)) {
                case 0, 1 -> one(LITERALS);
                case 2 -> place(WORDS);
                case 3 -> "+" + one(FIELDS);
                default -> one(VARIABLES);
            };
        }
        return switch (random.nextInt(14)) {
            case 0 -> one(List.of("- ", "~", "!", "+ ")) + unary(depth);
            case 1 -> "(" + integer(depth - 1) + ")";
            case 2 -> "(" + truth(depth - 1) + " ? " + integer(depth - 1) + " : " + integer(depth - 1) + ")";
            case 3 -> grouped(truth(depth));
            case 4, 5 -> "(" + one(INTEGERS) + ")" + unary(depth);
            case 6 -> "(" + one(INTEGERS) + ")(" + real(depth - 1) + ")";
            case 7 -> size(depth);
            case 8 ->
                "(" + one(List.of("long", "unsigned long", "int", "unsigned char")) + ")"
                        + grouped(pointer(depth - 1, 0));
            case 9 -> {
                List<String> array = one(ARRAYS);
                yield grouped(
                        grouped(place(array) + " + " + small()) + " - " + grouped(place(array) + " - " + small()));
            }
            case 10 -> one(FIELDS) + " " + one(ARITHMETIC) + " " + unary(depth);
            default -> integer(depth - 1) + " " + one(ARITHMETIC) + " " + integer(random.nextInt(depth));
        };
    }

    private String unary(int depth) {
        return depth <= 1 ? integer(0).replaceFirst("^\\+", "+ ") : grouped(integer(depth - 1));
    }

    private String truth(int depth) {
        int type = random.nextInt(POINTERS.size());
        return switch (random.nextInt(6)) {
            case 0 -> grouped(real(depth - 1)) + " " + one(COMPARISONS) + " " + grouped(real(depth - 1));
            case 1 -> grouped(real(depth - 1)) + " " + one(COMPARISONS) + " " + grouped(integer(depth - 1));
            case 2 ->
                grouped(pointer(depth - 1, type)) + " " + one(COMPARISONS) + " " + grouped(pointer(depth - 1, type));
            case 3 -> grouped(any(depth - 1)) + one(List.of(" && ", " || ")) + grouped(any(depth - 1));
            case 4 -> "!" + grouped(any(depth - 1));
            default -> grouped(integer(depth - 1)) + " " + one(COMPARISONS) + " " + grouped(integer(depth - 1));
        };
    }

    private String size(int depth) {
        return switch (random.nextInt(4)) {
            case 0 -> "sizeof(" + one(SIZES) + ")";
            case 1 -> "sizeof " + one(List.of("grid", "grid[0]", "s", "*t", "s.three", "*u", "little", "s.next", "*r"));
            default -> "sizeof" + grouped(any(depth - 1));
        };
    }

    private String real(int depth) {
        if (depth <= 0) {
            return random.nextInt(3) == 0 ? one(REAL_LITERALS) : place(REALS);
        }
        return switch (random.nextInt(7)) {
            case 0 -> one(List.of("- ", "+ ")) + grouped(real(depth - 1));
            case 1 -> "(" + truth(depth - 1) + " ? " + real(depth - 1) + " : " + integer(depth - 1) + ")";
            case 2 ->
                "(" + one(List.of("float", "double")) + ")"
                        + grouped(random.nextBoolean() ? integer(depth - 1) : real(depth - 1));
            case 3 ->
                grouped(integer(depth - 1)) + " " + one(List.of("*", "/", "+", "-")) + " " + grouped(real(depth - 1));
            default ->
                grouped(real(depth - 1)) + " " + one(List.of("*", "/", "+", "-")) + " " + grouped(real(depth - 1));
        };
    }

    private String pointer(int depth, int type) {
        if (depth <= 0) {
            return "(" + place(POINTING.get(type)) + " + 0)";
        }
        return switch (random.nextInt(6)) {
            case 0 -> "(" + POINTERS.get(type) + ")" + grouped(pointer(depth - 1, random.nextInt(POINTERS.size())));
            case 1 -> "(" + POINTERS.get(type) + ")0x10000040";
            case 2 ->
                "(" + truth(depth - 1) + " ? " + pointer(depth - 1, type) + " : " + pointer(depth - 1, type) + ")";
            case 3 -> "(" + small() + " + " + pointer(depth - 1, type) + ")";
            default -> "(" + pointer(depth - 1, type) + one(List.of(" + ", " - ")) + small() + ")";
        };
    }

    private String small() {
        return one(List.of("1", "2", "0", "1u", "(unsigned char)3", "2l"));
    }

    private static String grouped(String expression) {
        return "(" + expression + ")";
    }

    private String place(List<String> of) {
        return one(of).replace("%d", Integer.toString(random.nextInt(2)));
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
