package dev.kvmdap.expression;

import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import dev.kvmdap.x86.Spelling;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Resolves names and types: turns the parser's tree into {@link Code}. */
final class Binder<S> {

    private static final int MEMBERS_TOLD = 8;

    private final Names<S> names;
    private final boolean change;
    private final TypeBinder types;
    private final Arithmetic<S> arithmetic;

    /**
     * Resolves by these names.
     *
     * @param change whether the expression may assign
     */
    Binder(Names<S> names, boolean change) {
        this.names = names;
        this.change = change;
        this.types = new TypeBinder(names, this::constant);
        this.arithmetic = new Arithmetic<>(names.model());
    }

    /** The type that a node names. */
    Type type(TypeNode node) {
        return types.bind(node);
    }

    /**
     * The code of a node; objects stay objects, so that their address and size can be taken. What nests deeply is told apart
     * here, and the rest elsewhere, to keep the stack small.
     */
    Code<S> bind(Node node) {
        if (node instanceof Node.Unary unary) {
            return arithmetic.unary(unary.column(), unary.operator(), value(unary.operand()));
        }
        if (node instanceof Node.Binary binary) {
            return arithmetic.binary(binary.column(), binary.operator(), value(binary.left()), value(binary.right()));
        }
        if (node instanceof Node.Conditional choice) {
            return arithmetic.choice(
                    choice.column(), value(choice.condition()), value(choice.whenTrue()), value(choice.whenFalse()));
        }
        return node instanceof Node.Variable variable ? variable(variable) : operand(node);
    }

    private Code<S> operand(Node node) {
        if (node instanceof Node.Member member) {
            return member(member);
        }
        if (node instanceof Node.Element element) {
            return element(element);
        }
        if (node instanceof Node.Repeated repeated) {
            return repeated(repeated);
        }
        if (node instanceof Node.Cast cast) {
            return cast(cast);
        }
        if (node instanceof Node.AddressOf address) {
            return addressOf(address.column(), bind(address.operand()));
        }
        if (node instanceof Node.Dereference dereference) {
            return dereference(dereference.column(), value(dereference.operand()));
        }
        return node instanceof Node.Assignment assignment ? assignment(assignment) : leaf(node);
    }

    private Code<S> leaf(Node node) {
        int column = node.column();
        if (node instanceof Node.Literal literal) {
            IntegerType type = Literals.type(literal, names.model());
            return new Code.Constant<>(column, type, Format.NATURAL, literal.value());
        }
        if (node instanceof Node.FloatLiteral literal) {
            long bits = Double.doubleToRawLongBits(literal.value());
            return new Code.Constant<>(column, literal.type(), Format.NATURAL, bits);
        }
        if (node instanceof Node.CharacterConstant literal) {
            return new Code.Constant<>(column, IntegerType.INT, Format.NATURAL, literal.value());
        }
        if (node instanceof Node.Register register) {
            return named(column, () -> names.register(register.name()), () -> whyNoRegister(register.name()));
        }
        if (node instanceof Node.Scoped scoped) {
            return named(
                    column,
                    () -> names.variable(scoped.scope(), scoped.name()),
                    () -> "there is no '" + scoped.name() + "' in '" + scoped.scope() + "'");
        }
        if (node instanceof Node.ModelSpecificRegister msr) {
            long index = constant(msr.index());
            return named(column, () -> names.modelSpecificRegister(index), () -> "$msr cannot be used here");
        }
        if (node instanceof Node.Physical physical) {
            return physical(physical);
        }
        return node instanceof Node.SizeOfType size
                ? sizeOf(column, types.bind(size.type()))
                : sizeOf(column, bind(((Node.SizeOf) node).operand()).type());
    }

    private String whyNoRegister(String name) {
        if (name.isEmpty() || name.startsWith("$") || name.chars().allMatch(Character::isDigit)) {
            return "there is no value $" + name + ": 'show values' lists what was printed";
        }
        return "there is no register $" + name + ": 'info registers' lists them"
                + (names.canKeep(name) ? "; nor was anything assigned to that name" : "");
    }

    private Code<S> variable(Node.Variable node) {
        return named(
                node.column(),
                () -> names.variable(node.name()).or(() -> truth(node.name())),
                () -> whyNoVariable(node.name()));
    }

    /** What stdbool.h calls 1 and 0. */
    private Optional<Operand<S>> truth(String name) {
        return switch (name) {
            case "true" -> Optional.of(Operand.of(IntegerType.BOOL, Place.constant(1)));
            case "false" -> Optional.of(Operand.of(IntegerType.BOOL, Place.constant(0)));
            default -> Optional.empty();
        };
    }

    private String whyNoVariable(String name) {
        String hint = isRegister(name)
                ? ": the register is $" + name
                : names.similarVariable(name)
                        .map(near -> " in the program's symbols: did you mean '" + near + "'?")
                        .orElse(" in the program's symbols");
        return "there is no variable '" + name + "'" + hint;
    }

    private boolean isRegister(String name) {
        try {
            return names.register(name).isPresent();
        } catch (UnreadableException e) {
            return false;
        }
    }

    private Code<S> named(int column, Supplier<Optional<Operand<S>>> name, Supplier<String> whyNot) {
        try {
            Operand<S> operand = name.get().orElseThrow(() -> new ExpressionException(column, whyNot.get()));
            return object(new Lvalue<>(column, operand.type(), operand.format(), operand.place()));
        } catch (UnreadableException e) {
            throw new ExpressionException(column, String.valueOf(e.getMessage()));
        }
    }

    /** An object, or what it refers to where it is a reference of C++. */
    private Lvalue<S> object(Lvalue<S> found) {
        return found.type().stripped() instanceof PointerType reference && reference.isReference()
                ? pointed(found.column(), reference, found)
                : found;
    }

    private Lvalue<S> pointed(int column, PointerType pointer, Code<S> address) {
        return new Lvalue<>(
                column, pointer.target(), Format.NATURAL, Place.at(pointer.space(), address::evaluate, names.memory()));
    }

    /** The code of a node whose value is wanted: arrays and functions become pointers (C17 6.3.2.1). */
    private Code<S> value(Node node) {
        return decayed(bind(node));
    }

    private Code<S> decayed(Code<S> code) {
        if (!(code instanceof Lvalue<S> object)) {
            return code;
        }
        Type type = object.type().stripped();
        if (type instanceof ArrayType array) {
            return new Code.AddressOf<>(object.column(), pointer(object, array.element()), object);
        }
        return type instanceof FunctionType
                ? new Code.AddressOf<>(object.column(), pointer(object, object.type()), object)
                : code;
    }

    private PointerType pointer(Lvalue<S> object, Type target) {
        PointerType pointer = names.model().pointer(target);
        return object.place().space() == AddressSpace.PHYSICAL ? pointer.in(AddressSpace.PHYSICAL) : pointer;
    }

    private long constant(Node node) {
        Code<S> code = bind(node);
        if (code instanceof Code.Constant<S> known && Operands.number(code) instanceof IntegerType) {
            return known.value();
        }
        throw new ExpressionException(code.column(), "expected a number that is known beforehand, such as 8");
    }

    private Code<S> physical(Node.Physical node) {
        Code<S> address = value(node.address());
        Operands.integer(address, "phys");
        PointerType bytes = names.model().pointer(IntegerType.UNSIGNED_CHAR).in(AddressSpace.PHYSICAL);
        PointerType wide = new PointerType(bytes.target(), Long.BYTES, bytes.mark(), AddressSpace.PHYSICAL);
        return new Code.Convert<>(
                node.column(), wide, Format.NATURAL, address, Operands.number(address), wide.integer());
    }

    private Code<S> addressOf(int column, Code<S> operand) {
        if (!(operand instanceof Lvalue<S> object)) {
            throw new ExpressionException(operand.column(), "'&' needs an object: this is only a value");
        }
        if (object.isBitField()) {
            throw new ExpressionException(operand.column(), "a bit field has no address");
        }
        return new Code.AddressOf<>(column, pointer(object, object.type()), object);
    }

    private Code<S> dereference(int column, Code<S> operand) {
        PointerType pointer = Operands.pointer(operand);
        if (pointer == null) {
            throw new ExpressionException(
                    column,
                    "'*' needs a pointer, and this is a " + operand.type()
                            + ": cast it to one, such as (unsigned char *)");
        }
        if (pointer.target().stripped().equals(OpaqueType.VOID)) {
            throw new ExpressionException(
                    column, "what a void * points to is not told: cast it to another pointer, such as (char *)");
        }
        return object(pointed(column, pointer, operand));
    }

    private Code<S> sizeOf(int column, Type type) {
        return new Code.Constant<>(column, names.model().size(), Format.NATURAL, Operands.size(column, type));
    }

    private Code<S> member(Node.Member node) {
        if (node.object() instanceof Node.Register register && !node.arrow()) {
            Optional<Lvalue<S>> part = part(node, register);
            if (part.isPresent()) {
                return part.get();
            }
        }
        Code<S> operand = node.arrow() ? value(node.object()) : bind(node.object());
        PointerType pointer = Operands.pointer(operand);
        if (node.arrow() && pointer == null) {
            throw new ExpressionException(
                    node.column(), "'->' needs a pointer, this is of type " + operand.type() + ": write '.'");
        }
        if (!node.arrow() && pointer != null) {
            throw new ExpressionException(
                    node.column(), "this is a pointer, of type " + operand.type() + ": write '->'");
        }
        Code<S> whole = pointer == null ? operand : pointed(node.column(), pointer, operand);
        if (!(whole instanceof Lvalue<S> object) || !(whole.type().stripped() instanceof StructType struct)) {
            throw new ExpressionException(node.column(), "what is of type " + whole.type() + " has no members");
        }
        Member member = struct.member(node.name())
                .orElseThrow(() -> new ExpressionException(node.nameColumn(), whyNoMember(struct, node.name())));
        Place<S> place = object.place().part(member.offset());
        return object(new Lvalue<>(node.nameColumn(), member.type(), object.format(), place, member));
    }

    /** A part that a register has a name for, such as {@code $cs.base}. */
    private Optional<Lvalue<S>> part(Node.Member node, Node.Register register) {
        try {
            return names.register(register.name() + "." + node.name())
                    .map(part -> new Lvalue<>(node.nameColumn(), part.type(), part.format(), part.place()));
        } catch (UnreadableException e) {
            throw new ExpressionException(node.nameColumn(), String.valueOf(e.getMessage()));
        }
    }

    private static String whyNoMember(StructType struct, String name) {
        List<String> members =
                struct.members().stream().map(Member::name).distinct().toList();
        String list = members.stream().limit(MEMBERS_TOLD).collect(Collectors.joining(", "))
                + (members.size() > MEMBERS_TOLD ? ", …" : "");
        String hint = members.isEmpty()
                ? "its members are not told in the program's symbols"
                : Spelling.closest(name, members)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse("it has " + list);
        return struct + " has no member '" + name + "': " + hint;
    }

    private Code<S> element(Node.Element node) {
        Code<S> left = bind(node.array());
        Code<S> right = bind(node.index());
        boolean swapped = decayed(right).type().stripped() instanceof PointerType;
        Code<S> array = swapped ? right : left;
        Code<S> index = swapped ? left : right;
        IntegerType integer = Operands.integer(index, "[]");
        if (array instanceof Lvalue<S> object && array.type().stripped() instanceof ArrayType type) {
            long size = Operands.size(node.column(), type.element());
            Place<S> place = index instanceof Code.Constant<S> known
                    ? object.place().part(known.value() * size)
                    : object.place().part(state -> index.evaluate(state) * size);
            return object(new Lvalue<>(node.column(), type.element(), object.format(), place));
        }
        PointerType pointer = Operands.pointer(array);
        if (pointer == null) {
            throw new ExpressionException(
                    node.column(), "'[' needs an array or a pointer, this is of type " + array.type());
        }
        Code<S> wide = Operands.converted(index, integer.signed() ? IntegerType.LONG : IntegerType.UNSIGNED_LONG);
        Code<S> moved = arithmetic.moved(node.column(), array, wide, 1);
        return object(pointed(node.column(), pointer, moved));
    }

    /** An array that begins with an object; its length may be known only when it is looked at. */
    private Code<S> repeated(Node.Repeated node) {
        if (!(bind(node.object()) instanceof Lvalue<S> first) || first.isBitField()) {
            throw new ExpressionException(
                    node.column(), "'@' needs an object in memory in front of it, the first one: table[3]@5");
        }
        Operands.size(first.column(), first.type());
        Code<S> count = value(node.count());
        Operands.integer(count, "@");
        return first.repeated(node.column(), count);
    }

    /** A cast; to an array or structure it shows memory as such, which C has no word for. */
    private Code<S> cast(Node.Cast node) {
        Type type = types.bind(node.type());
        Code<S> operand = bind(node.operand());
        Type plain = type.stripped();
        if (plain instanceof ArrayType || plain instanceof StructType) {
            boolean isPlace = node.operand() instanceof Node.Dereference || node.operand() instanceof Node.Element;
            return new Lvalue<>(node.column(), type, operand.format(), reinterpreted(operand, isPlace));
        }
        return cast(node.column(), type, operand);
    }

    private Code<S> cast(int column, Type type, Code<S> operand) {
        Type plain = type.stripped();
        Code<S> value = decayed(narrowed(operand));
        Type number = Scalars.numberOf(type);
        if (number == null) {
            throw new ExpressionException(column, "nothing can be cast to " + type);
        }
        if (number instanceof IntegerType integer && !integer.isComputable()) {
            throw new ExpressionException(column, "numbers of " + integer.width() + " bytes are not computed with");
        }
        Type target = type;
        PointerType from = Operands.pointer(value);
        if (plain instanceof PointerType to && from != null && from.space() != to.space()) {
            target = new PointerType(to.target(), Long.BYTES, to.mark(), from.space());
            number = from.integer();
        }
        Format format = plain instanceof PointerType ? Format.NATURAL : value.format();
        return new Code.Convert<>(column, target, format, value, Operands.number(value), number);
    }

    /** The low half of a number of 16 bytes, of which a cast to something narrower takes no more. */
    private static <S> Code<S> narrowed(Code<S> operand) {
        boolean isWide = operand.type().stripped() instanceof IntegerType integer && !integer.isComputable();
        return isWide && operand instanceof Lvalue<S> object
                ? new Lvalue<>(object.column(), IntegerType.UNSIGNED_LONG, object.format(), object.place())
                : operand;
    }

    /**
     * The memory of an object that is no number; else what a pointer or number points to.
     *
     * @param isPlace whether a number that is no pointer stands for its own place, as in {@code (char[4])*numbers}
     */
    private Place<S> reinterpreted(Code<S> operand, boolean isPlace) {
        PointerType pointer = Operands.pointer(operand);
        if (operand instanceof Lvalue<S> object
                && (Scalars.numberOf(operand.type()) == null || (isPlace && pointer == null))) {
            return object.place();
        }
        if (!(Operands.number(operand) instanceof IntegerType)) {
            throw new ExpressionException(operand.column(), "a " + operand.type() + " is no address");
        }
        AddressSpace space = pointer == null ? AddressSpace.LINEAR : pointer.space();
        return Place.at(space, operand::evaluate, names.memory());
    }

    private Code<S> assignment(Node.Assignment node) {
        if (!change) {
            throw new ExpressionException(
                    node.column(),
                    node.sign().equals("=")
                            ? "'=' would assign: compare with '=='"
                            : "'" + node.sign() + "' would assign: expressions only read here");
        }
        if (node.target() instanceof Node.Register kept && names.canKeep(kept.name())) {
            return toName(node, kept);
        }
        if (!(bind(node.target()) instanceof Lvalue<S> target)) {
            throw new ExpressionException(node.column(), "only objects can be assigned to: this is only a value");
        }
        Code<S> value = bind(node.value());
        Slot slot = target.slot();
        if (slot == null) {
            return structure(node, target, value);
        }
        if (node.operator() == null) {
            Code<S> converted = cast(node.column(), target.type(), value);
            return new Assignment.OfNumber<>(node.column(), target, slot, converted);
        }
        Assignment.Before<S> before = new Assignment.Before<>(target);
        Code<S> result = arithmetic.binary(node.column(), node.operator(), before, decayed(value));
        return new Assignment.Compound<>(
                node.column(),
                target,
                slot,
                before,
                cast(node.column(), target.type(), result),
                names.memory(),
                node.givesOld());
    }

    private Code<S> toName(Node.Assignment node, Node.Register kept) {
        Code<S> value = bind(node.value());
        if (node.operator() == null) {
            return new Assignment.ToName<>(node.column(), names, kept.name(), value, null);
        }
        Code<S> before = bind(kept);
        Code<S> result = arithmetic.binary(node.column(), node.operator(), before, decayed(value));
        return new Assignment.ToName<>(node.column(), names, kept.name(), result, node.givesOld() ? before : null);
    }

    private Code<S> structure(Node.Assignment node, Lvalue<S> target, Code<S> value) {
        boolean same = target.type().stripped() instanceof StructType type
                && value.type().stripped() instanceof StructType other
                && type.bytes() == other.bytes()
                && type.name().equals(other.name());
        if (node.operator() != null || !same || !(value instanceof Lvalue<S> source)) {
            throw new ExpressionException(
                    node.column(), "a " + target.type() + " cannot be assigned a " + value.type());
        }
        return new Assignment.OfStructure<>(node.column(), target, source);
    }
}
