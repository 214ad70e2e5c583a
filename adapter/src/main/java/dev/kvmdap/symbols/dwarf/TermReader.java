package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * Executes the operations of DWARF expressions that only compute (DWARF 5, 2.5.1) on a stack of {@link Term}s. What a frame
 * alone knows is left to the terms.
 */
final class TermReader {

    private static final int CALLS_AT_MOST = 16;

    private final ExpressionScope scope;
    private final StackType generic;
    private final BaseTypes types;
    private int calls;

    TermReader(ExpressionScope scope) {
        this.scope = scope;
        this.generic = StackType.generic(scope.addressSize());
        this.types = new BaseTypes(scope);
    }

    /** Executes one operation; the code is behind its opcode. */
    void execute(int opcode, ByteReader code, TermStack stack) {
        if (opcode >= Operation.LIT0 && opcode < Operation.REG0) {
            push(stack, opcode - Operation.LIT0);
        } else if (opcode >= Operation.BREG0 && opcode < Operation.REGX) {
            stack.push(Terms.plus(register(opcode - Operation.BREG0), code.sleb()));
        } else if (Operation.combinesTwo(opcode)) {
            Term right = stack.pop();
            stack.push(Terms.combined(opcode, stack.pop(), right, generic));
        } else if (!pushesConstant(opcode, code, stack)
                && !movesOnStack(opcode, code, stack)
                && !isTyped(opcode, code, stack)
                && !asksTheFrame(opcode, code, stack)) {
            compute(opcode, code, stack);
        }
    }

    private boolean pushesConstant(int opcode, ByteReader code, TermStack stack) {
        switch (opcode) {
            case Operation.ADDR -> push(stack, code.unsigned(scope.addressSize()) + scope.offset());
            case Operation.ADDRX, Operation.GNU_ADDR_INDEX -> push(stack, indexed(code.uleb()) + scope.offset());
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

    private long indexed(long index) {
        return scope.requireUnit().addressAt(index);
    }

    private boolean movesOnStack(int opcode, ByteReader code, TermStack stack) {
        switch (opcode) {
            case Operation.DUP -> stack.push(stack.pick(0));
            case Operation.DROP -> stack.pop();
            case Operation.OVER -> stack.push(stack.pick(1));
            case Operation.PICK -> stack.push(stack.pick(code.u8()));
            case Operation.SWAP -> stack.sink(1);
            case Operation.ROT -> stack.sink(2);
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

    /** Values of base types (DWARF 5, 2.5.1.2, 2.5.1.3 and 2.5.1.6). */
    private boolean isTyped(int opcode, ByteReader code, TermStack stack) {
        switch (opcode) {
            case Operation.CONST_TYPE, Operation.GNU_CONST_TYPE -> stack.push(constant(code));
            case Operation.REGVAL_TYPE, Operation.GNU_REGVAL_TYPE -> {
                int number = Terms.registerNumber(code.uleb());
                stack.push(register(number, types.at(code.uleb())));
            }
            case Operation.DEREF_TYPE, Operation.GNU_DEREF_TYPE -> {
                int bytes = code.u8();
                StackType type = types.at(code.uleb());
                stack.push(new Term.Read(type, stack.pop(), type.isExtended() ? bytes : size(bytes)));
            }
            case Operation.CONVERT, Operation.GNU_CONVERT ->
                stack.push(Terms.converted(stack.pop(), types.atOrGeneric(code.uleb())));
            case Operation.REINTERPRET, Operation.GNU_REINTERPRET ->
                stack.push(Terms.reinterpreted(stack.pop(), types.atOrGeneric(code.uleb())));
            default -> {
                return false;
            }
        }
        return true;
    }

    private Term constant(ByteReader code) {
        StackType type = types.at(code.uleb());
        int length = code.u8();
        ByteReader value = code.slice(code.position(), length);
        code.skip(length);
        return type.isExtended()
                ? Terms.constant(type, StackType.ofExtended(value.u64(), value.u16()))
                : Terms.constant(type, type.decode(value.unsigned(length)));
    }

    /** What a register of the frame holds as a base type; only the frame that is looked at has more than general registers. */
    private Term register(int number, StackType type) {
        SymbolicFrame frame = scope.requireFrame();
        return frame.isLookedAt()
                ? new Term.TypedRegister(type, number, scope.wordSize())
                : Terms.reinterpreted(frame.register(number), type);
    }

    private boolean asksTheFrame(int opcode, ByteReader code, TermStack stack) {
        switch (opcode) {
            case Operation.BREGX -> {
                int number = Terms.registerNumber(code.uleb());
                stack.push(Terms.plus(register(number), code.sleb()));
            }
            case Operation.FBREG -> stack.push(Terms.plus(scope.requireFrame().frameBase(), code.sleb()));
            case Operation.CALL_FRAME_CFA ->
                stack.push(Terms.converted(scope.requireFrame().canonicalFrameAddress(), generic));
            case Operation.ENTRY_VALUE, Operation.GNU_ENTRY_VALUE -> {
                long length = code.uleb();
                ByteReader inner = code.slice(code.position(), length);
                code.skip(length);
                stack.push(entryValue(inner));
            }
            case Operation.GNU_PARAMETER_REF -> {
                long entry = scope.requireUnit().header().offset() + code.u32();
                stack.push(new EntryValue(generic, scope.requireFrame(), new CallSite.Parameter(-1, entry)));
            }
            case Operation.GNU_VARIABLE_VALUE -> {
                Unit unit = scope.requireUnit();
                long entry = unit.globalOffset(code.unsigned(unit.encoding().referenceSize()));
                stack.push(new VariableReader(unit.file(), scope.offset()).value(entry, scope.requireFrame(), generic));
            }
            case Operation.PUSH_OBJECT_ADDRESS -> {
                if (scope.object() == null) {
                    throw new MissingException("depends on the object that it belongs to, which is not known here");
                }
                stack.push(scope.object());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What an operand had when the function was entered (DWARF 5, 2.5.1.7): of a register, as call sites tell it. */
    private Term entryValue(ByteReader inner) {
        int opcode = inner.u8();
        int register;
        StackType type = generic;
        if (opcode >= Operation.REG0 && opcode < Operation.BREG0) {
            register = opcode - Operation.REG0;
        } else if (opcode == Operation.REGX) {
            register = Terms.registerNumber(inner.uleb());
        } else if (opcode == Operation.REGVAL_TYPE || opcode == Operation.GNU_REGVAL_TYPE) {
            register = Terms.registerNumber(inner.uleb());
            type = types.at(inner.uleb());
        } else {
            throw new MissingException("is optimized out here; it was in memory when the function was entered");
        }
        return new EntryValue(type, scope.requireFrame(), new CallSite.Parameter(register, -1));
    }

    private void compute(int opcode, ByteReader code, TermStack stack) {
        switch (opcode) {
            case Operation.ABS -> {
                Term value = stack.pop();
                Term isNegative = Terms.combined(Operation.LT, value, zero(value), generic);
                stack.push(new Term.Choice(isNegative, negative(value), value));
            }
            case Operation.NEG -> stack.push(negative(stack.pop()));
            case Operation.NOT -> {
                Term value = stack.pop();
                stack.push(Terms.combined(Operation.XOR, value, Terms.constant(value.type(), -1), generic));
            }
            case Operation.PLUS_UCONST -> stack.push(Terms.plus(stack.pop(), code.uleb()));
            case Operation.DEREF -> stack.push(new Term.Read(generic, stack.pop(), scope.addressSize()));
            case Operation.DEREF_SIZE -> stack.push(new Term.Read(generic, stack.pop(), size(code.u8())));
            case Operation.CALL2 -> call(scope.requireUnit().header().offset() + code.u16(), stack);
            case Operation.CALL4 -> call(scope.requireUnit().header().offset() + code.u32(), stack);
            case Operation.CALL_REF -> {
                Unit unit = scope.requireUnit();
                call(unit.globalOffset(code.unsigned(unit.encoding().referenceSize())), stack);
            }
            case Operation.XDEREF, Operation.XDEREF_SIZE, Operation.XDEREF_TYPE ->
                throw new MissingException("is in another address space (DW_OP_xderef), of which x86 has none");
            case Operation.FORM_TLS_ADDRESS, Operation.GNU_PUSH_TLS_ADDRESS ->
                throw new MissingException("is thread-local, and where threads keep their own is the guest's business");
            default ->
                throw new MissingException(
                        "is told by operation 0x%x of DWARF, which is not followed".formatted(opcode));
        }
    }

    /** Executes the location expression of another entry on the same stack (DWARF 5, 2.5.1.5). */
    private void call(long entry, TermStack stack) {
        if (calls++ == CALLS_AT_MOST) {
            throw new MissingException("is told by an expression that calls others without end");
        }
        Unit unit = scope.requireUnit();
        EntryReader called = unit.file().entryAt(entry);
        long address = scope.frame() == null ? 0 : scope.frame().address();
        ByteReader code = called == null
                ? null
                : called.expression(Attribute.LOCATION, address).orElse(null);
        while (code != null && code.hasRemaining()) {
            execute(code.u8(), code, stack);
        }
    }

    private Term register(int number) {
        return Terms.converted(scope.requireFrame().register(number), generic);
    }

    private Term negative(Term value) {
        return Terms.combined(Operation.MINUS, zero(value), value, generic);
    }

    private static Term zero(Term like) {
        return Terms.constant(like.type(), 0);
    }

    private static int size(int bytes) {
        if (bytes < 1 || bytes > Long.BYTES) {
            throw new DwarfException("a read of %d bytes; 1 to 8 are allowed".formatted(bytes));
        }
        return bytes;
    }

    static byte[] bytes(ByteReader code, long length) {
        byte[] bytes = new byte[(int) Math.min(Math.max(0, length), code.remaining())];
        code.block(length).get(bytes);
        return bytes;
    }

    private void push(TermStack stack, long constant) {
        stack.push(Terms.constant(generic, constant));
    }
}
