package dev.kvmdap.types;

/**
 * A pointer, or a reference of C++, which is one.
 *
 * @param target what it points to
 * @param width the bytes of a value: 2, 4 or 8
 * @param mark {@code *}, {@code &} or {@code &&}
 * @param space where its addresses are; physical ones are no program's own
 */
public record PointerType(Type target, int width, String mark, AddressSpace space) implements Type {

    /** A pointer of C. */
    public static PointerType to(Type target, int width) {
        return new PointerType(target, width, "*", AddressSpace.LINEAR);
    }

    /** The same pointer in another address space. */
    public PointerType in(AddressSpace other) {
        return new PointerType(target, width, mark, other);
    }

    @Override
    public long bytes() {
        return width;
    }

    /** The integer that an address is. */
    public IntegerType integer() {
        return IntegerType.unsigned(width);
    }

    /** Whether it stands for its target without a {@code *}. */
    public boolean isReference() {
        return !mark.equals("*");
    }

    @Override
    public String declaration(String declarator) {
        Type direct = target;
        boolean grouped = direct instanceof ArrayType || direct instanceof FunctionType;
        return direct.declaration(grouped ? "(" + mark + declarator + ")" : mark + declarator);
    }

    @Override
    public String toString() {
        return name();
    }
}
