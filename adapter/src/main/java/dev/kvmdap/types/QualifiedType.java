package dev.kvmdap.types;

/**
 * A type with a qualifier.
 *
 * @param qualifier {@code const}, {@code volatile}, {@code restrict} or {@code _Atomic}
 */
public record QualifiedType(String qualifier, Type target) implements Type {

    @Override
    public long bytes() {
        return target.bytes();
    }

    @Override
    public Type stripped() {
        return target.stripped();
    }

    @Override
    public void readAhead() {
        target.readAhead();
    }

    @Override
    public String declaration(String declarator) {
        Type qualified = target;
        while (qualified instanceof QualifiedType inner) {
            qualified = inner.target;
        }
        return qualified instanceof PointerType
                ? target.declaration(declarator.isEmpty() ? " " + qualifier : " " + qualifier + " " + declarator)
                : qualifier + " " + target.declaration(declarator);
    }

    @Override
    public String toString() {
        return name();
    }
}
