package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the expressions that tell where objects are (DWARF 5, 2.6.1) for one address of the code. A branch is followed on
 * both ways.
 */
final class LocationReader {

    /** Where no expression tells of the object at this address. */
    static final String OPTIMIZED_OUT = "is optimized out here";

    private static final int OPERATIONS_AT_MOST = 2000;
    /** No object is larger; in bytes. */
    private static final long PIECE_AT_MOST = 1L << 32;

    private final ExpressionScope scope;
    private final TermReader terms;
    private int operations;

    LocationReader(ExpressionScope scope) {
        this.scope = scope;
        this.terms = new TermReader(scope);
    }

    ExpressionScope scope() {
        return scope;
    }

    /** The place that an expression tells; one that cannot be followed is missing and says why. */
    Location read(ByteReader expression) {
        try {
            return place(expression);
        } catch (MissingException missing) {
            return new Location.Missing(missing.reason());
        } catch (ElfException damaged) {
            return new Location.Missing("cannot be found: " + damaged.getMessage());
        }
    }

    /**
     * The number that an expression of another purpose than to tell a place gives: an address, or what is in a register.
     *
     * @param initial what is on the stack at first
     * @throws MissingException where it cannot be followed
     */
    Term number(ByteReader expression, Term... initial) {
        return number(place(expression, initial));
    }

    private Term number(Location location) {
        if (location instanceof Location.Memory memory) {
            return memory.address();
        }
        if (location instanceof Location.Register register) {
            return scope.requireFrame().register(register.number());
        }
        if (location instanceof Location.Value value) {
            return value.value();
        }
        throw new MissingException(location instanceof Location.Missing missing ? missing.reason() : OPTIMIZED_OUT);
    }

    private Location place(ByteReader expression, Term... initial) {
        ByteReader code = expression.slice(0, expression.size());
        TermStack stack = new TermStack();
        for (Term term : initial) {
            stack.push(term);
        }
        return run(code, stack);
    }

    private Location run(ByteReader code, TermStack stack) {
        List<Location.Piece> pieces = new ArrayList<>();
        Location current = null;
        while (code.hasRemaining()) {
            if (operations++ == OPERATIONS_AT_MOST) {
                throw new MissingException("is told by an expression that is too long to follow");
            }
            int opcode = code.u8();
            switch (opcode) {
                case Operation.BRA -> {
                    return branch(code, stack);
                }
                case Operation.STACK_VALUE -> current = value(stack.pop());
                case Operation.IMPLICIT_VALUE -> current = new Location.Bytes(TermReader.bytes(code, code.uleb()));
                case Operation.REGX -> current = register(Terms.registerNumber(code.uleb()));
                case Operation.IMPLICIT_POINTER, Operation.GNU_IMPLICIT_POINTER -> current = pointerToNowhere(code);
                case Operation.PIECE -> {
                    long bytes = code.uleb();
                    if (bytes < 0 || bytes > PIECE_AT_MOST) {
                        throw new DwarfException("a piece of %s bytes".formatted(Long.toUnsignedString(bytes)));
                    }
                    pieces.add(new Location.Piece(whole(current, stack), bytes * Byte.SIZE, 0));
                    current = null;
                    stack.clear();
                }
                case Operation.BIT_PIECE -> {
                    long bits = code.uleb();
                    long first = code.uleb();
                    if (bits < 0 || first < 0 || bits > PIECE_AT_MOST || first > PIECE_AT_MOST) {
                        throw new DwarfException("a piece of %s bits".formatted(Long.toUnsignedString(bits)));
                    }
                    pieces.add(new Location.Piece(whole(current, stack), bits, first));
                    current = null;
                    stack.clear();
                }
                default -> {
                    if (opcode >= Operation.REG0 && opcode < Operation.BREG0) {
                        current = register(opcode - Operation.REG0);
                    } else {
                        terms.execute(opcode, code, stack);
                    }
                }
            }
        }
        return pieces.isEmpty() ? whole(current, stack) : new Location.Pieces(List.copyOf(pieces));
    }

    private static Location whole(@Nullable Location current, TermStack stack) {
        if (current != null) {
            return current;
        }
        return stack.isEmpty() ? new Location.Missing(OPTIMIZED_OUT) : new Location.Memory(stack.pick(0));
    }

    private static Location value(Term term) {
        if (term.type().isExtended()) {
            throw new MissingException("is told by a number of more than 8 bytes that is nowhere");
        }
        return new Location.Value(term);
    }

    private Location register(int number) {
        SymbolicFrame frame = scope.requireFrame();
        return frame.isLookedAt()
                ? new Location.Register(number, scope.wordSize())
                : new Location.Value(frame.register(number));
    }

    /** A pointer whose target has no address, though it may have a value (DWARF 5, 2.6.1.1.4). */
    private Location pointerToNowhere(ByteReader code) {
        Unit unit = scope.requireUnit();
        long target = code.unsigned(unit.encoding().referenceSize());
        long distance = code.sleb();
        String name = unit.file().nameOf(unit.globalOffset(target), Attribute.NAME);
        return new Location.Missing(
                "is optimized out here; it would point to " + (name.isEmpty() ? "something" : "'" + name + "'")
                        + (distance == 0 ? "" : " at offset " + distance) + ", which has no address");
    }

    /** Follows a branch both ways; loops end by the number of operations. */
    private Location branch(ByteReader code, TermStack stack) {
        int distance = (short) code.u16();
        Term condition = stack.pop();
        ByteReader taken = code.slice(0, code.size()).seek((long) code.position() + distance);
        Location whenTrue = run(taken, stack.copy());
        Location whenFalse = run(code, stack);
        if (whenTrue instanceof Location.Memory left && whenFalse instanceof Location.Memory right) {
            return new Location.Memory(choice(condition, left.address(), right.address()));
        }
        if (whenTrue instanceof Location.Value left && whenFalse instanceof Location.Value right) {
            return new Location.Value(choice(condition, left.value(), right.value()));
        }
        throw new MissingException("is in one of two places, as the program went; that is not followed");
    }

    private static Term choice(Term condition, Term whenTrue, Term whenFalse) {
        return new Term.Choice(condition, whenTrue, Terms.converted(whenFalse, whenTrue.type()));
    }
}
