package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A frame as terms of the frame whose state is looked at: that frame itself, or one of its callers, whose registers are what
 * unwinding by call frame information would make of them. All that is known of it is the address that it stands at.
 */
final class SymbolicFrame {

    /** How many callers an expression may ask for, one by the other. */
    private static final int CALLERS_AT_MOST = 8;

    private static final String NO_FRAME_BASE = "counts from a frame base that is not told";
    private static final String NO_CALL_FRAME = "counts from a call frame that nothing is told of";

    private final DwarfFile file;
    private final long address;
    private final long offset;
    private final int wordSize;
    private final IntFunction<Term> registers;
    private final int level;
    private @Nullable UnwindRow row;
    private @Nullable Term cfa;
    private @Nullable Term frameBase;

    private SymbolicFrame(
            DwarfFile file, long address, long offset, int wordSize, IntFunction<Term> registers, int level) {
        this.file = file;
        this.address = address;
        this.offset = offset;
        this.wordSize = wordSize;
        this.registers = registers;
        this.level = level;
    }

    /**
     * The frame that is looked at.
     *
     * @param address of the file, where it stands; of a caller, within its call
     * @param offset what to add to addresses of the file to get linear ones
     * @param wordSize by which its registers are numbered
     */
    static SymbolicFrame at(DwarfFile file, long address, long offset, int wordSize) {
        StackType word = StackType.generic(wordSize);
        return new SymbolicFrame(
                file, address, offset, wordSize, number -> new Term.Register(word, number, 0, wordSize), 0);
    }

    DwarfFile file() {
        return file;
    }

    /** The address of the file that the frame stands at. */
    long address() {
        return address;
    }

    /** What to add to addresses of the file to get linear ones. */
    long offset() {
        return offset;
    }

    /** Whether it is the frame that is looked at, and not a caller's. */
    boolean isLookedAt() {
        return level == 0;
    }

    Term register(int number) {
        return registers.apply(number);
    }

    private UnwindRow row() {
        if (row == null) {
            row = file.callFrames().rowAt(address);
        }
        if (row == null || row.wordSize() != wordSize) {
            throw new MissingException(NO_CALL_FRAME);
        }
        return row;
    }

    /** The canonical frame address. */
    Term canonicalFrameAddress() {
        if (cfa == null) {
            UnwindRow.Rule rule = row().cfa();
            Term found = switch (rule.kind()) {
                case REGISTER -> Terms.plus(register(Terms.registerNumber(rule.operand())), rule.addend());
                case EXPRESSION -> expression(rule.expression());
                default -> throw new MissingException(NO_CALL_FRAME);
            };
            cfa = found;
            return found;
        }
        return cfa;
    }

    private Term expression(ByteReader code, Term... initial) {
        return new LocationReader(ExpressionScope.ofCallFrame(row().addressSize(), this)).number(code, initial);
    }

    /** DW_AT_frame_base of the function that the frame stands in (DWARF 5, 3.3.5). */
    Term frameBase() {
        if (frameBase == null) {
            Unit unit = file.unitAt(address);
            int function = unit == null ? -1 : unit.functions().functionAt(address);
            if (unit == null || function < 0) {
                throw new MissingException(NO_FRAME_BASE);
            }
            ByteReader code = unit.functions()
                    .frameBase(function, address)
                    .orElseThrow(() -> new MissingException(NO_FRAME_BASE));
            Term found = new LocationReader(ExpressionScope.of(unit, this)).number(code);
            frameBase = found;
            return found;
        }
        return frameBase;
    }

    /** Where the caller goes on, as a linear address. */
    Term returnAddress() {
        return unwound(row().returnRegister());
    }

    /**
     * The caller's frame.
     *
     * @param returnAddress of the file
     */
    SymbolicFrame caller(long returnAddress) {
        if (level == CALLERS_AT_MOST) {
            throw new MissingException("is told by a chain of callers that is too long to follow");
        }
        return new SymbolicFrame(file, returnAddress - 1, offset, wordSize, this::unwound, level + 1);
    }

    /** What the caller had in a register (DWARF 5, 6.4.1). */
    private Term unwound(int number) {
        UnwindRow.Rule rule = row().rule(number);
        return switch (rule.kind()) {
            case UNDEFINED -> throw new MissingException("is optimized out here; what the caller knew of it is lost");
            case SAME_VALUE, UNSPECIFIED -> register(number);
            case OFFSET -> saved(Terms.plus(canonicalFrameAddress(), rule.operand()));
            case VALUE_OFFSET -> Terms.plus(canonicalFrameAddress(), rule.operand());
            case REGISTER -> register(Terms.registerNumber(rule.operand()));
            case EXPRESSION -> saved(expression(rule.expression(), canonicalFrameAddress()));
            case VALUE_EXPRESSION -> expression(rule.expression(), canonicalFrameAddress());
        };
    }

    private Term saved(Term at) {
        int wordSize = row().wordSize();
        return new Term.Read(StackType.generic(wordSize), at, wordSize);
    }
}
