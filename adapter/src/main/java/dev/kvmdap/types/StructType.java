package dev.kvmdap.types;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A structure, union or class. Its members are read when somebody asks for them, on the thread that asks first; so a
 * structure can hold pointers to itself.
 */
public final class StructType implements Type {

    private final Kind kind;
    private final String tag;
    private final long bytes;
    private final Supplier<List<Member>> reader;
    private final @Nullable Function<StructType, @Nullable StructType> definitions;
    private @Nullable List<Member> ownMembers;
    private @Nullable List<Member> members;
    private @Nullable StructType definition;
    private boolean busy;

    /** The keyword that declares it. */
    public enum Kind {
        STRUCT,
        UNION,
        CLASS;

        /** The keyword in lower case. */
        public String term() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A structure.
     *
     * @param tag its name behind the keyword; empty where it has none
     * @param bytes its size; 0 where it is only declared
     * @param reader reads the members
     */
    public StructType(Kind kind, String tag, long bytes, Supplier<List<Member>> reader) {
        this(kind, tag, bytes, reader, null);
    }

    private StructType(
            Kind kind,
            String tag,
            long bytes,
            Supplier<List<Member>> reader,
            @Nullable Function<StructType, @Nullable StructType> definitions) {
        this.kind = kind;
        this.tag = tag;
        this.bytes = bytes;
        this.reader = reader;
        this.definitions = definitions;
    }

    /**
     * A structure that is only declared; what is in it is told elsewhere, or nowhere.
     *
     * @param definitions finds the definition when somebody wants it; null where there is none
     */
    public static StructType declared(Kind kind, String tag, Function<StructType, @Nullable StructType> definitions) {
        return new StructType(kind, tag, 0, List::of, definitions);
    }

    /** Whether it is only declared where it was found. */
    public boolean isDeclaration() {
        return definitions != null;
    }

    /** The definition of what is only declared; itself where it is one, or where there is none. */
    private synchronized StructType defined() {
        StructType known = definition;
        if (known == null) {
            StructType found = definitions == null ? null : definitions.apply(this);
            known = found == null ? this : found;
            definition = known;
        }
        return known;
    }

    /** The keyword that declares it. */
    public Kind kind() {
        return kind;
    }

    /** Its name behind the keyword; empty where it has none. */
    public String tag() {
        return tag;
    }

    @Override
    public long bytes() {
        StructType defined = defined();
        return defined == this ? bytes : defined.bytes();
    }

    /** Its members in the order of the source; a structure in it that has no name is one of an empty name. */
    public synchronized List<Member> ownMembers() {
        List<Member> known = ownMembers;
        if (known == null) {
            StructType defined = defined();
            known = defined == this ? List.copyOf(reader.get()) : defined.ownMembers();
            ownMembers = known;
        }
        return known;
    }

    /**
     * Its members in the order of the source; those of a structure without a name stand where it stands. A structure that
     * claims to hold itself has none.
     */
    public synchronized List<Member> members() {
        List<Member> known = members;
        if (known == null && !busy) {
            busy = true;
            known = flattened(ownMembers());
            members = known;
            busy = false;
        }
        return known == null ? List.of() : known;
    }

    private static List<Member> flattened(List<Member> own) {
        List<Member> all = new ArrayList<>();
        for (Member member : own) {
            if (member.name().isEmpty() && member.type().stripped() instanceof StructType inner) {
                inner.members().forEach(nested -> all.add(nested.within(member.offset())));
            } else {
                all.add(member);
            }
        }
        return List.copyOf(all);
    }

    /** The member of a name. */
    public Optional<Member> member(String name) {
        return members().stream().filter(member -> member.name().equals(name)).findFirst();
    }

    @Override
    public synchronized void readAhead() {
        List<Member> all = members();
        if (!busy) {
            busy = true;
            all.forEach(member -> member.type().readAhead());
            busy = false;
        }
    }

    @Override
    public String declaration(String declarator) {
        return Type.declaration(kind.term() + " " + (tag.isEmpty() ? "{...}" : tag), declarator);
    }

    @Override
    public String toString() {
        return name();
    }
}
