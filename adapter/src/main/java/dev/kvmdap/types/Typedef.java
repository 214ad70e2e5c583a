package dev.kvmdap.types;

/**
 * Another name for a type.
 *
 * @param target what it names
 */
public record Typedef(String simpleName, Type target) implements Type {

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
        return Type.declaration(simpleName, declarator);
    }

    @Override
    public String toString() {
        return simpleName;
    }
}
