package dev.kvmdap.types;

/** A type of C. Types are immutable and may be used by any thread once what is read on demand has been read. */
public sealed interface Type
        permits IntegerType,
                FloatType,
                EnumType,
                PointerType,
                ArrayType,
                StructType,
                FunctionType,
                Typedef,
                QualifiedType,
                OpaqueType {

    /** What {@code sizeof} gives; 0 where it is not known, as of a structure that is only declared. */
    long bytes();

    /**
     * A declaration of something of this type, as C writes it: {@code int (*handlers[3])(int)} for {@code handlers}.
     *
     * @param declarator what is declared; empty for the type's own name, {@code int (*[3])(int)}
     */
    String declaration(String declarator);

    /** The type's own name, as in a cast. */
    default String name() {
        return declaration("");
    }

    /** The type behind typedefs and qualifiers. */
    default Type stripped() {
        return this;
    }

    /** Reads all that is in values of this type now, so that other threads find it read. */
    default void readAhead() {}

    /** A name and what is declared behind it, with a space in between where there is something. */
    static String declaration(String name, String declarator) {
        return declarator.isEmpty() ? name : name + " " + declarator;
    }
}
