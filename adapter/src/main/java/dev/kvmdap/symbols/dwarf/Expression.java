package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.OptionalLong;

/**
 * The stack machine that evaluates a DWARF expression of call frame information (DWARF 5, 2.5). Its values are as wide as an
 * address. Where variables are is told by expressions too; those are compiled once, by {@link LocationReader}. It throws a
 * {@link DwarfException} where the expression is malformed, needs what the frame does not have, or runs for ever.
 */
public final class Expression {

    private static final int OPERATIONS_AT_MOST = 10_000;
    private static final int STACK_AT_MOST = 256;

    private final ByteReader code;
    private final int addressSize;
    private final Context context;
    private final long[] stack = new long[STACK_AT_MOST];
    private int size;

    private Expression(ByteReader code, int addressSize, Context context) {
        this.code = code.slice(0, code.size());
        this.addressSize = addressSize;
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
        Expression machine = new Expression(code, addressSize, context);
        for (long value : initial) {
            machine.push(value);
        }
        return machine.run();
    }

    private long run() {
        for (int operations = 0; code.hasRemaining(); operations++) {
            if (operations == OPERATIONS_AT_MOST) {
                throw new DwarfException("%s: an expression that never ends".formatted(code.name()));
            }
            int opcode = code.u8();
            boolean isRegister = (opcode >= Operation.REG0 && opcode < Operation.BREG0) || opcode == Operation.REGX;
            if (isRegister || opcode == Operation.STACK_VALUE) {
                long result = isRegister ? inRegister(opcode) : top(0);
                requireEnd();
                return result;
            }
            execute(opcode);
        }
        return top(0);
    }

    private long inRegister(int opcode) {
        return register(opcode == Operation.REGX ? code.uleb() : opcode - Operation.REG0);
    }

    private void requireEnd() {
        if (code.hasRemaining()) {
            throw new DwarfException(
                    "%s: operation 0x%x where the expression should end".formatted(code.name(), code.u8()));
        }
    }

    private void execute(int opcode) {
        if (opcode >= Operation.LIT0 && opcode < Operation.REG0) {
            push(opcode - Operation.LIT0);
        } else if (opcode >= Operation.BREG0 && opcode < Operation.REGX) {
            push(register(opcode - Operation.BREG0) + code.sleb());
        } else if (opcode >= Operation.ABS && opcode <= Operation.NE && opcode != Operation.BRA) {
            calculate(opcode);
        } else {
            switch (opcode) {
                case Operation.ADDR -> push(context.linear(code.unsigned(addressSize)));
                case Operation.CONST1U -> push(code.u8());
                case Operation.CONST1S -> push(code.s8());
                case Operation.CONST2U -> push(code.u16());
                case Operation.CONST2S -> push((short) code.u16());
                case Operation.CONST4U -> push(code.u32());
                case Operation.CONST4S -> push(code.s32());
                case Operation.CONST8U, Operation.CONST8S -> push(code.u64());
                case Operation.CONSTU -> push(code.uleb());
                case Operation.CONSTS -> push(code.sleb());
                case Operation.BREGX -> push(register(code.uleb()) + code.sleb());
                case Operation.FBREG -> push(require(context.frameBase(), "the frame base") + code.sleb());
                case Operation.CALL_FRAME_CFA ->
                    push(require(context.callFrameAddress(), "the canonical frame address"));
                case Operation.DEREF -> push(memory(pop(), addressSize));
                case Operation.DEREF_SIZE -> push(memory(pop(), code.u8()));
                case Operation.BRA -> branch(pop() != 0);
                case Operation.SKIP -> branch(true);
                case Operation.DUP -> push(top(0));
                case Operation.DROP -> pop();
                case Operation.OVER -> push(top(1));
                case Operation.PICK -> push(top(code.u8()));
                case Operation.SWAP -> insert(pop(), 1);
                case Operation.ROT -> insert(pop(), 2);
                case Operation.NOP -> {}
                default ->
                    throw new DwarfException(
                            "%s: operation 0x%x of a DWARF expression is not read".formatted(code.name(), opcode));
            }
        }
    }

    private void calculate(int opcode) {
        switch (opcode) {
            case Operation.ABS -> push(Math.abs(Operation.signed(pop(), addressSize)));
            case Operation.NEG -> push(-pop());
            case Operation.NOT -> push(~pop());
            case Operation.PLUS_UCONST -> push(pop() + code.uleb());
            default -> {
                long right = pop();
                long left = pop();
                push(Operation.combine(opcode, left, right, addressSize));
            }
        }
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
        stack[size++] = Operation.wrap(value, addressSize);
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
