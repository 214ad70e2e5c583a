package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the expressions that tell where variables are (DWARF 5, 2.5 and 2.6) for one address: the stack machine is run
 * once, with {@link Term}s instead of numbers on its stack. What only a frame knows is left to the terms. A branch is
 * followed on both ways.
 */
final class LocationReader {

    private static final int OPERATIONS_AT_MOST = 2000;
    private static final int STACK_AT_MOST = 256;

    private final @Nullable Unit unit;
    private final int addressSize;
    private final int wordSize;
    private final long offset;
    private final @Nullable UnwindRow row;
    private final @Nullable ByteReader frameBase;
    private int operations;

    /**
     * A reader for variables.
     *
     * @param unit whose variables
     * @param offset what to add to addresses that the file names to get linear ones
     * @param row call frame information of the address, where there is some
     * @param frameBase the expression of DW_AT_frame_base of the function that the address is in, where there is one
     */
    LocationReader(Unit unit, long offset, @Nullable UnwindRow row, @Nullable ByteReader frameBase) {
        this.unit = unit;
        this.addressSize = unit.encoding().addressSize();
        this.wordSize = addressSize == Long.BYTES ? Long.BYTES : Integer.BYTES;
        this.offset = offset;
        this.row = row;
        this.frameBase = frameBase;
    }

    private LocationReader(UnwindRow row, long offset) {
        this.unit = null;
        this.addressSize = row.addressSize();
        this.wordSize = row.wordSize();
        this.offset = offset;
        this.row = row;
        this.frameBase = null;
    }

    /** The place that an expression tells; one that cannot be followed is missing and says why. */
    Location read(ByteReader expression) {
        try {
            ByteReader code = expression.slice(0, expression.size());
            return code.hasRemaining() ? run(code, new ArrayDeque<>()) : new Location.Missing(OPTIMIZED_OUT);
        } catch (MissingException missing) {
            return new Location.Missing(missing.reason);
        } catch (ElfException damaged) {
            return new Location.Missing("cannot be found: " + damaged.getMessage());
        }
    }

    /** Where no expression tells of the object at this address. */
    static final String OPTIMIZED_OUT = "is optimized out here";

    private static final class MissingException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String reason;

        MissingException(String reason) {
            super(reason);
            this.reason = reason;
        }
    }

    private Location run(ByteReader code, Deque<Term> stack) {
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
                case Operation.STACK_VALUE -> current = new Location.Value(pop(stack));
                case Operation.IMPLICIT_VALUE -> current = implicit(code);
                case Operation.REGX -> current = new Location.Register(register(code.uleb()), wordSize);
                case Operation.IMPLICIT_POINTER, Operation.GNU_IMPLICIT_POINTER -> {
                    code.skip(unit == null ? addressSize : unit.encoding().referenceSize());
                    code.sleb();
                    current = new Location.Missing("is optimized out here; what it points to is, too");
                }
                case Operation.PIECE -> {
                    pieces.add(new Location.Piece(whole(current, stack), code.uleb()));
                    current = null;
                    stack.clear();
                }
                default -> {
                    if (opcode >= Operation.REG0 && opcode < Operation.BREG0) {
                        current = new Location.Register(opcode - Operation.REG0, wordSize);
                    } else {
                        execute(opcode, code, stack);
                    }
                }
            }
        }
        if (pieces.isEmpty()) {
            return whole(current, stack);
        }
        return new Location.Pieces(List.copyOf(pieces));
    }

    private static Location whole(@Nullable Location current, Deque<Term> stack) {
        if (current != null) {
            return current;
        }
        return stack.isEmpty() ? new Location.Missing(OPTIMIZED_OUT) : new Location.Memory(stack.peek());
    }

    private Location implicit(ByteReader code) {
        long length = code.uleb();
        byte[] bytes = new byte[(int) Math.min(length, code.remaining())];
        code.block(length).get(bytes);
        return new Location.Bytes(bytes);
    }

    /** Follows a branch both ways; loops end by the number of operations. */
    private Location branch(ByteReader code, Deque<Term> stack) {
        int distance = (short) code.u16();
        Term condition = pop(stack);
        ByteReader taken = code.slice(0, code.size()).seek((long) code.position() + distance);
        Location whenTrue = run(taken, new ArrayDeque<>(stack));
        Location whenFalse = run(code, stack);
        if (whenTrue instanceof Location.Memory left && whenFalse instanceof Location.Memory right) {
            return new Location.Memory(new Term.Choice(condition, left.address(), right.address()));
        }
        if (whenTrue instanceof Location.Value left && whenFalse instanceof Location.Value right) {
            return new Location.Value(new Term.Choice(condition, left.value(), right.value()));
        }
        throw new MissingException("is in one of two places, as the program went; that is not followed");
    }

    private void execute(int opcode, ByteReader code, Deque<Term> stack) {
        if (opcode >= Operation.LIT0 && opcode < Operation.REG0) {
            push(stack, opcode - Operation.LIT0);
        } else if (opcode >= Operation.BREG0 && opcode < Operation.REGX) {
            push(stack, new Term.Register(opcode - Operation.BREG0, code.sleb(), wordSize));
        } else if (Operation.combinesTwo(opcode)) {
            Term right = pop(stack);
            push(stack, combined(opcode, pop(stack), right));
        } else if (!pushesConstant(opcode, code, stack) && !movesOnStack(opcode, code, stack)) {
            compute(opcode, code, stack);
        }
    }

    private boolean pushesConstant(int opcode, ByteReader code, Deque<Term> stack) {
        switch (opcode) {
            case Operation.ADDR -> push(stack, code.unsigned(addressSize) + offset);
            case Operation.ADDRX, Operation.GNU_ADDR_INDEX -> push(stack, indexed(code.uleb()) + offset);
            case Operation.CONSTX, Operation.GNU_CONST_INDEX -> push(stack, indexed(code.uleb()));
            case Operation.CONST1U -> push(stack, code.u8());
            case Operation.CONST1S -> push(stack, code.s8());
            case Operation.CONST2U -> push(stack, code.u16());
            case Operation.CONST2S -> push(stack, (short) code.u16());
            case Operation.CONST4U -> push(stack, code.u32());
            case Operation.CONST4S -> push(stack, code.s32());
            case Operation.CONST8U, Operation.CONST8S -> push(stack, code.u64());
            case Operation.CONSTU -> push(stack, code.uleb());
            case Operation.CONSTS -> push(stack, code.sleb());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean movesOnStack(int opcode, ByteReader code, Deque<Term> stack) {
        switch (opcode) {
            case Operation.DUP -> push(stack, pick(stack, 0));
            case Operation.DROP -> pop(stack);
            case Operation.OVER -> push(stack, pick(stack, 1));
            case Operation.PICK -> push(stack, pick(stack, code.u8()));
            case Operation.SWAP -> {
                Term top = pop(stack);
                Term below = pop(stack);
                push(stack, top);
                push(stack, below);
            }
            case Operation.ROT -> {
                Term first = pop(stack);
                Term second = pop(stack);
                Term third = pop(stack);
                push(stack, first);
                push(stack, third);
                push(stack, second);
            }
            case Operation.NOP, Operation.GNU_UNINIT -> {}
            case Operation.SKIP -> {
                int distance = (short) code.u16();
                code.seek((long) code.position() + distance);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void compute(int opcode, ByteReader code, Deque<Term> stack) {
        switch (opcode) {
            case Operation.ABS -> {
                Term value = pop(stack);
                Term isNegative = combined(Operation.LT, value, new Term.Constant(0));
                push(stack, new Term.Choice(isNegative, negative(value), value));
            }
            case Operation.NEG -> push(stack, negative(pop(stack)));
            case Operation.NOT -> push(stack, combined(Operation.XOR, pop(stack), new Term.Constant(-1)));
            case Operation.PLUS_UCONST -> push(stack, plus(pop(stack), code.uleb()));
            case Operation.BREGX -> {
                int number = register(code.uleb());
                push(stack, new Term.Register(number, code.sleb(), wordSize));
            }
            case Operation.FBREG -> push(stack, plus(frameBase(), code.sleb()));
            case Operation.CALL_FRAME_CFA -> push(stack, callFrameAddress());
            case Operation.DEREF -> push(stack, new Term.Read(pop(stack), addressSize));
            case Operation.DEREF_SIZE -> push(stack, new Term.Read(pop(stack), size(code.u8())));
            case Operation.ENTRY_VALUE, Operation.GNU_ENTRY_VALUE ->
                throw new MissingException("is optimized out here; only the caller could tell its value");
            case Operation.FORM_TLS_ADDRESS, Operation.GNU_PUSH_TLS_ADDRESS ->
                throw new MissingException("is thread-local, and where threads keep their own is the guest's business");
            default ->
                throw new MissingException(
                        "is told by operation 0x%x of DWARF, which is not followed".formatted(opcode));
        }
    }

    private Term combined(int opcode, Term left, Term right) {
        return new Term.Binary(opcode, left, right, addressSize);
    }

    private Term negative(Term value) {
        return combined(Operation.MINUS, new Term.Constant(0), value);
    }

    private Term plus(Term value, long constant) {
        return constant == 0 ? value : combined(Operation.PLUS, value, new Term.Constant(constant));
    }

    private static int size(int bytes) {
        if (bytes < 1 || bytes > Long.BYTES) {
            throw new DwarfException("a read of %d bytes; 1 to 8 are allowed".formatted(bytes));
        }
        return bytes;
    }

    private static int register(long number) {
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new DwarfException("register %s does not exist".formatted(Long.toUnsignedString(number)));
        }
        return (int) number;
    }

    private long indexed(long index) {
        if (unit == null) {
            throw new DwarfException("an indexed address outside of any unit");
        }
        return unit.addressAt(index);
    }

    private Term frameBase() {
        if (frameBase == null || unit == null) {
            throw new MissingException("counts from a frame base that is not told");
        }
        return number(new LocationReader(unit, offset, row, null).read(frameBase));
    }

    private Term callFrameAddress() {
        if (row == null || row.wordSize() != wordSize) {
            throw new MissingException("counts from a call frame that nothing is told of");
        }
        UnwindRow.Rule rule = row.cfa();
        return switch (rule.kind()) {
            case REGISTER -> new Term.Register(register(rule.operand()), rule.addend(), wordSize);
            case EXPRESSION -> number(new LocationReader(row, offset).read(rule.expression()));
            default -> throw new MissingException("counts from a call frame that nothing is told of");
        };
    }

    /** The number that an expression of another purpose gives: an address, or what is in a register. */
    private static Term number(Location location) {
        if (location instanceof Location.Memory memory) {
            return memory.address();
        }
        if (location instanceof Location.Register register) {
            return new Term.Register(register.number(), 0, register.wordSize());
        }
        if (location instanceof Location.Value value) {
            return value.value();
        }
        throw new MissingException(location instanceof Location.Missing missing ? missing.reason() : OPTIMIZED_OUT);
    }

    private void push(Deque<Term> stack, long constant) {
        push(stack, new Term.Constant(Operation.wrap(constant, addressSize)));
    }

    private static void push(Deque<Term> stack, Term term) {
        if (stack.size() == STACK_AT_MOST) {
            throw new DwarfException("an expression stacks more than %d values".formatted(STACK_AT_MOST));
        }
        stack.push(term);
    }

    private static Term pop(Deque<Term> stack) {
        Term top = stack.poll();
        if (top == null) {
            throw new DwarfException("an expression takes more values than it has");
        }
        return top;
    }

    private static Term pick(Deque<Term> stack, int depth) {
        return stack.stream()
                .skip(depth)
                .findFirst()
                .orElseThrow(() -> new DwarfException("an expression takes more values than it has"));
    }
}
