package dev.kvmdap.symbols.dwarf;

/** Makes terms out of terms; of those that are the same in every frame, at once. */
final class Terms {

    private Terms() {}

    /**
     * An operation on two values; one of the generic type takes the other one's type.
     *
     * @param generic the type of a comparison's result
     */
    static Term combined(int opcode, Term left, Term right, StackType generic) {
        boolean shifts = opcode >= Operation.SHL && opcode <= Operation.SHRA;
        boolean compares = opcode == Operation.EQ || (opcode >= Operation.GE && opcode <= Operation.NE);
        Term first = left.type().isGeneric() && !shifts ? converted(left, right.type()) : left;
        Term second = right.type().isGeneric() || shifts ? converted(right, first.type()) : right;
        if (!first.type().equals(second.type())) {
            throw new DwarfException("operation 0x%x on values of two types".formatted(opcode));
        }
        return new Term.Binary(compares ? generic : first.type(), opcode, first, second);
    }

    static Term converted(Term value, StackType to) {
        return value.type().equals(to) ? value : new Term.Converted(to, value);
    }

    static Term reinterpreted(Term value, StackType to) {
        if (value.type().isExtended() || to.isExtended()) {
            throw new MissingException("is told by bits of more than 8 bytes, which are not computed with");
        }
        return value.type().equals(to) ? value : new Term.Reinterpreted(to, value);
    }

    static Term constant(StackType type, long value) {
        return new Term.Constant(type, value);
    }

    static Term plus(Term value, long constant) {
        if (constant == 0) {
            return value;
        }
        return value instanceof Term.Register register
                ? register.plus(constant)
                : new Term.Binary(value.type(), Operation.PLUS, value, constant(value.type(), constant));
    }

    /** A register's number, as expressions and rules write it. */
    static int registerNumber(long number) {
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new DwarfException("register %s does not exist".formatted(Long.toUnsignedString(number)));
        }
        return (int) number;
    }
}
