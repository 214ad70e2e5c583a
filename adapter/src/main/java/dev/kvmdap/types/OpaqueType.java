package dev.kvmdap.types;

/**
 * A type whose values are not looked into: {@code void}, and what is no type of C.
 *
 * @param simpleName as the source has it
 * @param bytes of a value; 0 where it is not known
 */
public record OpaqueType(String simpleName, long bytes) implements Type {

    /** {@code void}. */
    public static final OpaqueType VOID = new OpaqueType("void", 0);

    /** The type of what debugging information says nothing about, such as a label of assembly. */
    public static final OpaqueType UNKNOWN = new OpaqueType("?", 0);

    @Override
    public String declaration(String declarator) {
        return Type.declaration(simpleName, declarator);
    }

    @Override
    public String toString() {
        return name();
    }
}
