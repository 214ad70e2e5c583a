package dev.kvmdap.types;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A type with a qualifier.
 *
 * @param qualifier {@code const}, {@code volatile}, {@code restrict} or {@code _Atomic}
 */
public record QualifiedType(String qualifier, Type target) implements Type {

    private static final Comparator<String> ORDER =
            Comparator.comparing(List.of("const", "volatile", "restrict", "_Atomic")::indexOf);

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
        List<String> qualifiers = new ArrayList<>();
        Type qualified = this;
        while (qualified instanceof QualifiedType inner) {
            qualifiers.add(inner.qualifier);
            qualified = inner.target;
        }
        String all = qualifiers.stream().distinct().sorted(ORDER).collect(Collectors.joining(" "));
        return qualified instanceof PointerType
                ? qualified.declaration(declarator.isEmpty() ? " " + all : " " + all + " " + declarator)
                : all + " " + qualified.declaration(declarator);
    }

    @Override
    public String toString() {
        return name();
    }
}
