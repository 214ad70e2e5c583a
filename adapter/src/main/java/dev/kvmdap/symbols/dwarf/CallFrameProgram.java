package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.symbols.dwarf.UnwindRow.Kind;
import dev.kvmdap.symbols.dwarf.UnwindRow.Rule;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Runs call frame instructions (DWARF 5, 6.4.2 and 6.4.3) up to the row of one address. */
final class CallFrameProgram {

    /** Instructions with an operand in their low six bits, by their high two. */
    private static final int ADVANCE_LOC = 1;

    private static final int OFFSET = 2;
    private static final int RESTORE = 3;

    private static final int NOP = 0x00;
    private static final int SET_LOC = 0x01;
    private static final int ADVANCE_LOC1 = 0x02;
    private static final int ADVANCE_LOC2 = 0x03;
    private static final int ADVANCE_LOC4 = 0x04;
    private static final int OFFSET_EXTENDED = 0x05;
    private static final int RESTORE_EXTENDED = 0x06;
    private static final int UNDEFINED = 0x07;
    private static final int SAME_VALUE = 0x08;
    private static final int REGISTER = 0x09;
    private static final int REMEMBER_STATE = 0x0a;
    private static final int RESTORE_STATE = 0x0b;
    private static final int DEF_CFA = 0x0c;
    private static final int DEF_CFA_REGISTER = 0x0d;
    private static final int DEF_CFA_OFFSET = 0x0e;
    private static final int DEF_CFA_EXPRESSION = 0x0f;
    private static final int EXPRESSION = 0x10;
    private static final int OFFSET_EXTENDED_SF = 0x11;
    private static final int DEF_CFA_SF = 0x12;
    private static final int DEF_CFA_OFFSET_SF = 0x13;
    private static final int VAL_OFFSET = 0x14;
    private static final int VAL_OFFSET_SF = 0x15;
    private static final int VAL_EXPRESSION = 0x16;
    private static final int GNU_ARGS_SIZE = 0x2e;
    private static final int GNU_NEGATIVE_OFFSET_EXTENDED = 0x2f;

    /** The nesting of DW_CFA_remember_state; compilers nest once or twice. */
    private static final int REMEMBERED_AT_MOST = 64;

    private final CommonInformation common;
    private final long target;
    private final Deque<State> remembered = new ArrayDeque<>();
    private State state = new State(Rule.UNDEFINED, new @Nullable Rule[UnwindRow.COLUMNS]);
    private @Nullable State initial;
    private long location;

    /** A row in the making. */
    private static final class State {

        private Rule cfa;
        private final @Nullable Rule[] rules;

        State(Rule cfa, @Nullable Rule[] rules) {
            this.cfa = cfa;
            this.rules = rules;
        }

        State copy() {
            return new State(cfa, rules.clone());
        }
    }

    private CallFrameProgram(FrameDescription description, long target) {
        this.common = description.common();
        this.location = description.low();
        this.target = target;
    }

    static UnwindRow run(FrameDescription description, long address) {
        CallFrameProgram program = new CallFrameProgram(description, address);
        program.run(restart(description.common().instructions()));
        program.initial = program.state.copy();
        program.run(restart(description.instructions()));
        return new UnwindRow(description.common(), program.state.cfa, program.state.rules);
    }

    private static ByteReader restart(ByteReader instructions) {
        return instructions.slice(0, instructions.size());
    }

    /** Runs until the row of the target address is complete. */
    private void run(ByteReader code) {
        while (code.hasRemaining()) {
            int opcode = code.u8();
            int low = opcode & 0x3f;
            switch (opcode >> 6) {
                case ADVANCE_LOC -> location += low * common.codeAlignment();
                case OFFSET -> set(low, offset(code.uleb()));
                case RESTORE -> restore(low);
                default -> runExtended(low, code);
            }
            if (Long.compareUnsigned(location, target) > 0) {
                return;
            }
        }
    }

    private void runExtended(int opcode, ByteReader code) {
        switch (opcode) {
            case NOP -> {}
            case SET_LOC -> location = code.unsigned(common.addressSize());
            case ADVANCE_LOC1 -> location += code.u8() * common.codeAlignment();
            case ADVANCE_LOC2 -> location += code.u16() * common.codeAlignment();
            case ADVANCE_LOC4 -> location += code.u32() * common.codeAlignment();
            case OFFSET_EXTENDED -> set(code.uleb(), offset(code.uleb()));
            case RESTORE_EXTENDED -> restore(code.uleb());
            case UNDEFINED -> set(code.uleb(), Rule.UNDEFINED);
            case SAME_VALUE -> set(code.uleb(), Rule.SAME_VALUE);
            case REGISTER -> set(code.uleb(), Rule.of(Kind.REGISTER, code.uleb()));
            case REMEMBER_STATE -> remember();
            case RESTORE_STATE -> restoreState();
            case DEF_CFA -> setCfa(code.uleb(), code.uleb());
            case DEF_CFA_REGISTER -> setCfa(code.uleb(), state.cfa.addend());
            case DEF_CFA_OFFSET -> setCfa(state.cfa.operand(), code.uleb());
            case DEF_CFA_EXPRESSION -> setCfa(Rule.of(Kind.EXPRESSION, block(code)));
            case EXPRESSION -> set(code.uleb(), Rule.of(Kind.EXPRESSION, block(code)));
            case OFFSET_EXTENDED_SF -> set(code.uleb(), offset(code.sleb()));
            case DEF_CFA_SF -> setCfa(code.uleb(), code.sleb() * common.dataAlignment());
            case DEF_CFA_OFFSET_SF -> setCfa(state.cfa.operand(), code.sleb() * common.dataAlignment());
            case VAL_OFFSET -> set(code.uleb(), Rule.of(Kind.VALUE_OFFSET, code.uleb() * common.dataAlignment()));
            case VAL_OFFSET_SF -> set(code.uleb(), Rule.of(Kind.VALUE_OFFSET, code.sleb() * common.dataAlignment()));
            case VAL_EXPRESSION -> set(code.uleb(), Rule.of(Kind.VALUE_EXPRESSION, block(code)));
            case GNU_ARGS_SIZE -> code.skipLeb();
            case GNU_NEGATIVE_OFFSET_EXTENDED ->
                set(code.uleb(), Rule.of(Kind.OFFSET, -code.uleb() * common.dataAlignment()));
            default ->
                throw new DwarfException("%s: call frame instruction 0x%x is not known".formatted(code.name(), opcode));
        }
    }

    private Rule offset(long factored) {
        return Rule.of(Kind.OFFSET, factored * common.dataAlignment());
    }

    private static ByteReader block(ByteReader code) {
        long length = code.uleb();
        ByteReader block = code.slice(code.position(), length);
        code.skip(length);
        return block;
    }

    private void set(long register, @Nullable Rule rule) {
        if (register >= 0 && register < UnwindRow.COLUMNS) {
            state.rules[(int) register] = rule;
        }
    }

    private void setCfa(long register, long offset) {
        setCfa(Rule.ofRegister(register, offset));
    }

    private void setCfa(Rule rule) {
        state.cfa = rule;
    }

    private void restore(long register) {
        if (register >= 0 && register < UnwindRow.COLUMNS) {
            set(register, initial == null ? null : initial.rules[(int) register]);
        }
    }

    private void remember() {
        if (remembered.size() == REMEMBERED_AT_MOST) {
            throw new DwarfException(
                    "call frame states are remembered more than %d deep".formatted(REMEMBERED_AT_MOST));
        }
        remembered.push(state.copy());
    }

    private void restoreState() {
        if (remembered.isEmpty()) {
            throw new DwarfException("a call frame state is restored that was never remembered");
        }
        state = remembered.pop();
    }
}
