package dev.kvmdap.types;

/**
 * Writes what a type is made of, as C declares it and gdb's {@code ptype} shows it: the members of a structure, the names of an
 * enumeration; what only points to one too.
 */
public final class Definition {

    private static final String INDENT = "    ";
    private static final int NESTED_AT_MOST = 16;

    private final StringBuilder text = new StringBuilder();

    private Definition() {}

    /** The definition of a type, over several lines where it has members. */
    public static String of(Type type) {
        Definition definition = new Definition();
        definition.declare(withoutNames(type), "", "", 0);
        return definition.text.toString();
    }

    /**
     * Writes a declaration with its innermost structure or enumeration opened.
     *
     * @param declarator what is declared
     * @param indent in front of the closing brace
     */
    private void declare(Type type, String declarator, String indent, int depth) {
        Type core = core(type);
        String around = type.declaration(declarator);
        String name = core.name();
        int at = around.indexOf(name);
        boolean opens = core instanceof StructType || core instanceof EnumType;
        if (!opens || at < 0 || depth > NESTED_AT_MOST) {
            text.append(around);
            return;
        }
        text.append(around, 0, at);
        if (core instanceof StructType struct) {
            open(struct, indent, depth);
        } else {
            open((EnumType) core);
        }
        text.append(around, at + name.length(), around.length());
    }

    /** A type without the other names that typedefs give to it; those in its members stay. */
    private static Type withoutNames(Type type) {
        if (type instanceof Typedef typedef) {
            return withoutNames(typedef.target());
        }
        if (type instanceof PointerType pointer) {
            return new PointerType(withoutNames(pointer.target()), pointer.width(), pointer.mark(), pointer.space());
        }
        if (type instanceof ArrayType array) {
            return new ArrayType(withoutNames(array.element()), array.count());
        }
        if (type instanceof QualifiedType qualified) {
            return new QualifiedType(qualified.qualifier(), withoutNames(qualified.target()));
        }
        return type instanceof FunctionType function
                ? new FunctionType(withoutNames(function.result()), function.parameters(), function.prototyped())
                : type;
    }

    /** What is in the middle of a declaration: behind pointers, arrays, results of functions, and qualifiers. */
    private static Type core(Type type) {
        Type core = type;
        while (true) {
            if (core instanceof PointerType pointer) {
                core = pointer.target();
            } else if (core instanceof ArrayType array) {
                core = array.element();
            } else if (core instanceof FunctionType function) {
                core = function.result();
            } else if (core instanceof QualifiedType qualified) {
                core = qualified.target();
            } else {
                return core;
            }
        }
    }

    private void open(StructType struct, String indent, int depth) {
        text.append(struct.kind().term()).append(struct.tag().isEmpty() ? "" : " " + struct.tag());
        if (struct.ownMembers().isEmpty()) {
            text.append(struct.bytes() == 0 ? " {...}" : " {}");
            return;
        }
        text.append(" {\n");
        for (Member member : struct.ownMembers()) {
            text.append(indent).append(INDENT);
            if (isNamed(core(member.type()))) {
                text.append(member.type().declaration(member.name()));
            } else {
                declare(member.type(), member.name(), indent + INDENT, depth + 1);
            }
            text.append(member.isBitField() ? " : " + member.bitSize() : "").append(";\n");
        }
        text.append(indent).append('}');
    }

    private static boolean isNamed(Type type) {
        return !(type instanceof StructType struct && struct.tag().isEmpty())
                && !(type instanceof EnumType enumeration && enumeration.tag().isEmpty());
    }

    private void open(EnumType enumeration) {
        text.append("enum").append(enumeration.tag().isEmpty() ? "" : " " + enumeration.tag());
        String separator = " {";
        long next = 0;
        for (Enumerator enumerator : enumeration.enumerators()) {
            text.append(separator).append(enumerator.name());
            text.append(enumerator.value() == next ? "" : " = " + enumerator.value());
            next = enumerator.value() + 1;
            separator = ", ";
        }
        text.append(enumeration.enumerators().isEmpty() ? " {}" : "}");
    }
}
