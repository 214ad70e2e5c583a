package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The stack machine that evaluates a DWARF expression (DWARF 5, 2.5). Its values are as wide as an address. It throws a
 * {@link DwarfException} where the expression is malformed, needs what the frame does not have, or runs for ever.
 */
public final class Expression {

    private static final int ADDR = 0x03;
    private static final int DEREF = 0x06;
    private static final int CONST1U = 0x08;
    private static final int CONST1S = 0x09;
    private static final int CONST2U = 0x0a;
    private static final int CONST2S = 0x0b;
    private static final int CONST4U = 0x0c;
    private static final int CONST4S = 0x0d;
    private static final int CONST8U = 0x0e;
    private static final int CONST8S = 0x0f;
    private static final int CONSTU = 0x10;
    private static final int CONSTS = 0x11;
    private static final int DUP = 0x12;
    private static final int DROP = 0x13;
    private static final int OVER = 0x14;
    private static final int PICK = 0x15;
    private static final int SWAP = 0x16;
    private static final int ROT = 0x17;
    private static final int ABS = 0x19;
    private static final int AND = 0x1a;
    private static final int DIV = 0x1b;
    private static final int MINUS = 0x1c;
    private static final int MOD = 0x1d;
    private static final int MUL = 0x1e;
    private static final int NEG = 0x1f;
    private static final int NOT = 0x20;
    private static final int OR = 0x21;
    private static final int PLUS = 0x22;
    private static final int PLUS_UCONST = 0x23;
    private static final int SHL = 0x24;
    private static final int SHR = 0x25;
    private static final int SHRA = 0x26;
    private static final int XOR = 0x27;
    private static final int BRA = 0x28;
    private static final int EQ = 0x29;
    private static final int GE = 0x2a;
    private static final int GT = 0x2b;
    private static final int LE = 0x2c;
    private static final int LT = 0x2d;
    private static final int NE = 0x2e;
    private static final int SKIP = 0x2f;
    private static final int LIT0 = 0x30;
    private static final int REG0 = 0x50;
    private static final int BREG0 = 0x70;
    private static final int REGX = 0x90;
    private static final int FBREG = 0x91;
    private static final int BREGX = 0x92;
    private static final int DEREF_SIZE = 0x94;
    private static final int NOP = 0x96;
    private static final int CALL_FRAME_CFA = 0x9c;
    private static final int IMPLICIT_VALUE = 0x9e;
    private static final int STACK_VALUE = 0x9f;
    private static final int ADDRX = 0xa1;
    private static final int CONSTX = 0xa2;

    private static final int OPERATIONS_AT_MOST = 10_000;
    private static final int STACK_AT_MOST = 256;

    private final ByteReader code;
    private final int addressSize;
    private final Context context;
    private final @Nullable Unit unit;
    private final long[] stack = new long[STACK_AT_MOST];
    private int size;

    private Expression(ByteReader code, int addressSize, @Nullable Unit unit, Context context) {
        this.code = code.slice(0, code.size());
        this.addressSize = addressSize;
        this.unit = unit;
        this.context = context;
    }

    /** What an expression may ask of the frame it is evaluated in; empty where the frame does not know. */
    public interface Context {

        /** The value of a register by its DWARF number. */
        OptionalLong register(int number);

        /** The zero-extended number of 1 to 8 bytes at a linear address. */
        OptionalLong memory(long address, int length);

        /** What DW_AT_frame_base of the function says. */
        OptionalLong frameBase();

        /** The canonical frame address. */
        OptionalLong callFrameAddress();

        /** The linear address of an address that the file names. */
        long linear(long fileAddress);
    }

    /** Evaluates an expression to a number, such as an address; the stack begins with the given values. */
    public static long evaluate(ByteReader code, int addressSize, Context context, long... initial) {
        Expression machine = new Expression(code, addressSize, null, context);
        for (long value : initial) {
            machine.push(value);
        }
        Location location = machine.run();
        if (location.kind() == Location.Kind.REGISTER) {
            return machine.require(context.register((int) location.number()), "register " + location.number());
        }
        return machine.pop();
    }

    /** Evaluates an expression of a unit to the place of an object. */
    static Location locate(ByteReader code, Unit unit, Context context) {
        return new Expression(code, unit.encoding().addressSize(), unit, context).run();
    }

    private Location run() {
        if (!code.hasRemaining() && size == 0) {
            return new Location(Location.Kind.NOWHERE, 0);
        }
        for (int operations = 0; code.hasRemaining(); operations++) {
            if (operations == OPERATIONS_AT_MOST) {
                throw new DwarfException("%s: an expression that never ends".formatted(code.name()));
            }
            int opcode = code.u8();
            if ((opcode >= REG0 && opcode < BREG0) || opcode == REGX) {
                return only(Location.Kind.REGISTER, opcode == REGX ? code.uleb() : opcode - REG0);
            }
            if (opcode == STACK_VALUE) {
                return only(Location.Kind.VALUE, top(0));
            }
            if (opcode == IMPLICIT_VALUE) {
                long length = code.uleb();
                return only(Location.Kind.VALUE, code.unsigned((int) Math.min(length, 9)));
            }
            execute(opcode);
        }
        return new Location(Location.Kind.MEMORY, top(0));
    }

    /** A location that must be the last word of its expression: objects in pieces are not followed. */
    private Location only(Location.Kind kind, long number) {
        if (code.hasRemaining()) {
            throw new DwarfException(
                    "%s: an object in several pieces (operation 0x%x)".formatted(code.name(), code.u8()));
        }
        return new Location(kind, number);
    }

    private void execute(int opcode) {
        if (opcode >= LIT0 && opcode < REG0) {
            push(opcode - LIT0);
        } else if (opcode >= BREG0 && opcode < REGX) {
            push(register(opcode - BREG0) + code.sleb());
        } else if (opcode >= ABS && opcode <= NE && opcode != BRA) {
            calculate(opcode);
        } else {
            switch (opcode) {
                case ADDR -> push(context.linear(code.unsigned(addressSize)));
                case ADDRX -> push(context.linear(indexed(code.uleb())));
                case CONSTX -> push(indexed(code.uleb()));
                case CONST1U -> push(code.u8());
                case CONST1S -> push(code.s8());
                case CONST2U -> push(code.u16());
                case CONST2S -> push((short) code.u16());
                case CONST4U -> push(code.u32());
                case CONST4S -> push(code.s32());
                case CONST8U, CONST8S -> push(code.u64());
                case CONSTU -> push(code.uleb());
                case CONSTS -> push(code.sleb());
                case BREGX -> push(register(code.uleb()) + code.sleb());
                case FBREG -> push(require(context.frameBase(), "the frame base") + code.sleb());
                case CALL_FRAME_CFA -> push(require(context.callFrameAddress(), "the canonical frame address"));
                case DEREF -> push(memory(pop(), addressSize));
                case DEREF_SIZE -> push(memory(pop(), code.u8()));
                case BRA -> branch(pop() != 0);
                case SKIP -> branch(true);
                case DUP -> push(top(0));
                case DROP -> pop();
                case OVER -> push(top(1));
                case PICK -> push(top(code.u8()));
                case SWAP -> insert(pop(), 1);
                case ROT -> insert(pop(), 2);
                case NOP -> {}
                default ->
                    throw new DwarfException(
                            "%s: operation 0x%x of a DWARF expression is not read".formatted(code.name(), opcode));
            }
        }
    }

    private void calculate(int opcode) {
        switch (opcode) {
            case ABS -> push(Math.abs(signed(pop())));
            case NEG -> push(-pop());
            case NOT -> push(~pop());
            case PLUS_UCONST -> push(pop() + code.uleb());
            default -> {
                long right = pop();
                long left = pop();
                push(combine(opcode, left, right));
            }
        }
    }

    private long combine(int opcode, long left, long right) {
        return switch (opcode) {
            case AND -> left & right;
            case OR -> left | right;
            case XOR -> left ^ right;
            case PLUS -> left + right;
            case MINUS -> left - right;
            case MUL -> left * right;
            case DIV -> signed(left) / nonZero(signed(right));
            case MOD -> Long.remainderUnsigned(left, nonZero(right));
            case SHL -> shiftsOut(right) ? 0 : left << right;
            case SHR -> shiftsOut(right) ? 0 : left >>> right;
            case SHRA -> signed(left) >> (shiftsOut(right) ? Long.SIZE - 1 : right);
            case EQ -> left == right ? 1 : 0;
            case NE -> left != right ? 1 : 0;
            case GE -> signed(left) >= signed(right) ? 1 : 0;
            case GT -> signed(left) > signed(right) ? 1 : 0;
            case LE -> signed(left) <= signed(right) ? 1 : 0;
            case LT -> signed(left) < signed(right) ? 1 : 0;
            default -> throw new IllegalArgumentException("operation " + opcode);
        };
    }

    private static boolean shiftsOut(long count) {
        return count < 0 || count >= Long.SIZE;
    }

    private long nonZero(long divisor) {
        if (divisor == 0) {
            throw new DwarfException("%s: an expression divides by zero".formatted(code.name()));
        }
        return divisor;
    }

    private long signed(long value) {
        int unused = Long.SIZE - 8 * addressSize;
        return value << unused >> unused;
    }

    private void branch(boolean taken) {
        int distance = (short) code.u16();
        if (taken) {
            code.seek((long) code.position() + distance);
        }
    }

    private long register(long number) {
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new DwarfException(
                    "%s: register %s does not exist".formatted(code.name(), Long.toUnsignedString(number)));
        }
        return require(context.register((int) number), "register " + number);
    }

    private long indexed(long index) {
        if (unit == null) {
            throw new DwarfException("%s: an indexed address outside of any unit".formatted(code.name()));
        }
        return unit.addressAt(index);
    }

    private long memory(long address, int length) {
        if (length < 1 || length > 8) {
            throw new DwarfException("%s: a read of %d bytes; 1 to 8 are allowed".formatted(code.name(), length));
        }
        return require(context.memory(address, length), "memory at 0x%x".formatted(address));
    }

    private long require(OptionalLong value, String what) {
        return value.orElseThrow(() -> new DwarfException("%s is not known in this frame".formatted(what)));
    }

    private void push(long value) {
        if (size == STACK_AT_MOST) {
            throw new DwarfException(
                    "%s: an expression stacks more than %d values".formatted(code.name(), STACK_AT_MOST));
        }
        stack[size++] = addressSize == 8 ? value : value & 0xffff_ffffL >>> (32 - 8 * addressSize);
    }

    private long pop() {
        long value = top(0);
        size--;
        return value;
    }

    private long top(int depth) {
        if (depth >= size) {
            throw new DwarfException("%s: an expression takes more values than it has".formatted(code.name()));
        }
        return stack[size - 1 - depth];
    }

    /** Puts a value below {@code depth} others. */
    private void insert(long value, int depth) {
        top(depth - 1);
        push(0);
        System.arraycopy(stack, size - 1 - depth, stack, size - depth, depth);
        stack[size - 1 - depth] = value;
    }
}
