package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How to find the caller's registers from one address (DWARF 5, 6.4.1): first the canonical frame address, then a rule
 * for each register.
 */
public final class UnwindRow {

    /** Registers from this number on are not followed: x86 has none that a debugger needs to unwind. */
    public static final int COLUMNS = 64;

    private final CommonInformation common;
    private final Rule cfa;
    private final @Nullable Rule[] rules;

    UnwindRow(CommonInformation common, Rule cfa, @Nullable Rule[] rules) {
        this.common = common;
        this.cfa = cfa;
        this.rules = rules;
    }

    /** What a rule says. */
    public enum Kind {
        /** The register's value is lost. */
        UNDEFINED,
        /** The register has the caller's value. */
        SAME_VALUE,
        /** Nothing is said: the register has the caller's value where the compiler knows that the callee leaves it alone. */
        UNSPECIFIED,
        /** The value is saved at CFA + operand. */
        OFFSET,
        /** The value is CFA + operand. */
        VALUE_OFFSET,
        /** The value is in the register numbered operand; for the CFA, that register's value + addend. */
        REGISTER,
        /** The value is saved where the expression says; for the CFA, the expression's value. */
        EXPRESSION,
        /** The value is what the expression says. */
        VALUE_EXPRESSION
    }

    /**
     * A rule for one register or for the canonical frame address.
     *
     * @param expression the DWARF expression of the expression kinds, else an empty one
     */
    public record Rule(Kind kind, long operand, long addend, ByteReader expression) {

        private static final ByteReader NO_EXPRESSION = new ByteReader("no expression", ByteBuffer.allocate(0));

        static final Rule UNDEFINED = of(Kind.UNDEFINED, 0);
        static final Rule SAME_VALUE = of(Kind.SAME_VALUE, 0);
        static final Rule UNSPECIFIED = of(Kind.UNSPECIFIED, 0);
        static final Rule CFA = of(Kind.VALUE_OFFSET, 0);

        static Rule of(Kind kind, long operand) {
            return new Rule(kind, operand, 0, NO_EXPRESSION);
        }

        static Rule ofRegister(long register, long addend) {
            return new Rule(Kind.REGISTER, register, addend, NO_EXPRESSION);
        }

        static Rule of(Kind kind, ByteReader expression) {
            return new Rule(kind, 0, 0, expression);
        }
    }

    /** The rule of the canonical frame address. */
    public Rule cfa() {
        return cfa;
    }

    /** The rule of a register by its DWARF number; where nothing is said, what the psABI says. */
    public Rule rule(int register) {
        Rule told = register >= 0 && register < COLUMNS ? toldRule(register) : null;
        if (told != null) {
            return told;
        }
        if (register == CallingConvention.stackPointer(wordSize())) {
            return Rule.CFA;
        }
        return CallingConvention.isCalleeSaved(wordSize(), register) ? Rule.SAME_VALUE : Rule.UNSPECIFIED;
    }

    /** The rule of a register that the call frame information itself tells; null where it says nothing. */
    @Nullable Rule toldRule(int register) {
        return rules[register];
    }

    /** The column that holds the return address. */
    public int returnRegister() {
        return common.returnRegister();
    }

    /** The bytes of a saved register: 8 for x86-64 numbering, 4 for that of i386. */
    public int wordSize() {
        return common.wordSize();
    }

    /** The bytes of an address in the row's expressions. */
    public int addressSize() {
        return common.addressSize();
    }

    /** Whether the code is returned to by a signal or interrupt, so that the caller's address is not behind a call. */
    public boolean isSignalFrame() {
        return common.signalFrame();
    }
}
