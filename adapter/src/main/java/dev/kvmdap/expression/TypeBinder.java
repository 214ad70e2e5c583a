package dev.kvmdap.expression;

import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.IntegerType.Rank;
import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.QualifiedType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import dev.kvmdap.types.TypeName.Keyword;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Resolves the names of types. */
final class TypeBinder {

    private final Names<?> names;
    private final ToLongFunction<Node> constant;

    /**
     * Resolves by these names.
     *
     * @param constant evaluates the number of elements of an array
     */
    TypeBinder(Names<?> names, ToLongFunction<Node> constant) {
        this.names = names;
        this.constant = constant;
    }

    /** Whether an ordinary name is one of a type. */
    static boolean isType(String name, Names<?> names) {
        TypeName ordinary = TypeName.ordinary(name);
        return names.type(ordinary).isPresent() || builtIn(name, names.model()) != null;
    }

    Type bind(TypeNode node) {
        if (node instanceof TypeNode.Basic basic) {
            return basic(basic);
        }
        if (node instanceof TypeNode.Named named) {
            return named(named);
        }
        if (node instanceof TypeNode.Pointer pointer) {
            return names.model().pointer(bind(pointer.target()));
        }
        if (node instanceof TypeNode.Qualified qualified) {
            return new QualifiedType(qualified.qualifier(), bind(qualified.target()));
        }
        if (node instanceof TypeNode.Function function) {
            List<Type> parameters =
                    function.parameters().stream().map(this::bind).toList();
            return new FunctionType(bind(function.result()), parameters, function.prototyped());
        }
        return array((TypeNode.Array) node);
    }

    private Type array(TypeNode.Array array) {
        Type element = bind(array.element());
        if (array.count() == null) {
            return new ArrayType(element, ArrayType.OPEN);
        }
        long count = constant.applyAsLong(array.count());
        if (count < 0) {
            throw new ExpressionException(array.column() + 1, "an array cannot have " + count + " elements");
        }
        return new ArrayType(element, count);
    }

    private Type named(TypeNode.Named node) {
        TypeName name = node.name();
        Optional<Type> known = names.type(name);
        if (known.isPresent()) {
            return known.get();
        }
        Type builtIn = name.keyword() == Keyword.NONE ? builtIn(name.name(), names.model()) : null;
        if (builtIn == null) {
            throw new ExpressionException(
                    node.column(),
                    "there is no type '" + name + "' in the program's symbols"
                            + names.similarType(name)
                                    .map(near -> ": did you mean '" + near + "'?")
                                    .orElse(""));
        }
        return builtIn;
    }

    /** The types of stdint.h and stddef.h, which a program may not have in its symbols. */
    private static @Nullable Type builtIn(String name, DataModel model) {
        return switch (name) {
            case "int8_t" -> IntegerType.of(1, true);
            case "uint8_t" -> IntegerType.of(1, false);
            case "int16_t" -> IntegerType.of(2, true);
            case "uint16_t" -> IntegerType.of(2, false);
            case "int32_t" -> IntegerType.of(4, true);
            case "uint32_t" -> IntegerType.of(4, false);
            case "int64_t" -> model.integer(model.longBytes() == Long.BYTES ? Rank.LONG : Rank.LONG_LONG, true);
            case "uint64_t" -> model.integer(model.longBytes() == Long.BYTES ? Rank.LONG : Rank.LONG_LONG, false);
            case "size_t", "uintptr_t" -> model.size();
            case "ssize_t", "ptrdiff_t", "intptr_t" -> model.difference();
            default -> null;
        };
    }

    private Type basic(TypeNode.Basic node) {
        List<String> words = node.words();
        int longs = Collections.frequency(words, "long");
        boolean unsigned = words.contains("unsigned");
        boolean signed = words.contains("signed");
        List<String> kind = words.stream()
                .filter(word -> !word.equals("long") && !word.equals("unsigned") && !word.equals("signed"))
                .sorted()
                .toList();
        Type type = switch (String.join(" ", kind)) {
            case "void" -> longs == 0 ? OpaqueType.VOID : null;
            case "_Bool", "bool" -> longs == 0 ? IntegerType.BOOL : null;
            case "float" -> longs == 0 ? FloatType.FLOAT : null;
            case "double" ->
                longs == 0 ? FloatType.DOUBLE : longs == 1 ? names.model().longDouble() : null;
            case "char" -> character(longs, unsigned, signed);
            case "short", "int short" -> longs == 0 ? integer(Rank.SHORT, unsigned) : null;
            case "int", "" -> integer(longs == 0 ? Rank.INT : longs == 1 ? Rank.LONG : Rank.LONG_LONG, unsigned);
            case "__int128" -> longs == 0 ? integer(Rank.INT_128, unsigned) : null;
            default -> null;
        };
        boolean hasSign = unsigned || signed;
        if (type == null || longs > 2 || (unsigned && signed) || (hasSign && !(type instanceof IntegerType))) {
            throw new ExpressionException(node.column(), "'" + String.join(" ", words) + "' is no type of C");
        }
        return type;
    }

    private static @Nullable Type character(int longs, boolean unsigned, boolean signed) {
        if (longs > 0) {
            return null;
        }
        return unsigned ? IntegerType.UNSIGNED_CHAR : signed ? IntegerType.of(1, true) : IntegerType.CHAR;
    }

    private IntegerType integer(Rank rank, boolean unsigned) {
        return names.model().integer(rank, !unsigned);
    }
}
