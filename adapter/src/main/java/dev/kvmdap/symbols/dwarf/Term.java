package dev.kvmdap.symbols.dwarf;

/**
 * A number that depends on the frame: what a DWARF expression computes, as a tree instead of a stack, so that computing it
 * allocates nothing and any thread can.
 */
public abstract class Term {

    private final StackType type;

    Term(StackType type) {
        this.type = type;
    }

    /** What the number is; see there how it travels in a {@code long}. */
    final StackType type() {
        return type;
    }

    /**
     * The number in a frame; of an address, zero-extended.
     *
     * @throws NoValueException where the frame does not know enough
     */
    public abstract long evaluate(FrameState frame);

    /** A number that is the same in every frame. */
    static final class Constant extends Term {
        private final long value;

        Constant(StackType type, long value) {
            super(type);
            this.value = type.wrap(value);
        }

        @Override
        public long evaluate(FrameState frame) {
            return value;
        }
    }

    /** A register and an offset, as wide as an address. */
    static final class Register extends Term {
        private final int number;
        private final long offset;
        private final int wordSize;

        Register(StackType type, int number, long offset, int wordSize) {
            super(type);
            this.number = number;
            this.offset = offset;
            this.wordSize = wordSize;
        }

        @Override
        public long evaluate(FrameState frame) {
            requireWidth(frame, wordSize);
            return type().wrap(frame.register(number) + offset);
        }

        Register plus(long more) {
            return new Register(type(), number, offset + more, wordSize);
        }
    }

    /** What a register holds when it is understood as a base type. */
    static final class TypedRegister extends Term {
        private final int number;
        private final int wordSize;

        TypedRegister(StackType type, int number, int wordSize) {
            super(type);
            this.number = number;
            this.wordSize = wordSize;
        }

        @Override
        public long evaluate(FrameState frame) {
            requireWidth(frame, wordSize);
            long low = frame.register(number, 0);
            return type().isExtended()
                    ? StackType.ofExtended(low, frame.register(number, Long.BYTES))
                    : type().decode(low);
        }
    }

    /** Refuses registers of code that is not as wide as the debugging information says: their numbers differ. */
    static void requireWidth(FrameState frame, int wordSize) {
        if (frame.wordSize() != wordSize) {
            throw new NoValueException("belongs to " + 8 * wordSize + "-bit code, but the CPU executes "
                    + 8 * frame.wordSize() + "-bit code now");
        }
    }

    /** A number in memory. */
    static final class Read extends Term {
        private final Term address;
        private final int bytes;

        /**
         * The number at an address.
         *
         * @param bytes as many as are read: 1 to 8, or 10 and more for the x87's format
         */
        Read(StackType type, Term address, int bytes) {
            super(type);
            this.address = address;
            this.bytes = bytes;
        }

        @Override
        public long evaluate(FrameState frame) {
            long linear = address.evaluate(frame);
            return type().isExtended()
                    ? StackType.ofExtended(
                            frame.memory(linear, Long.BYTES), frame.memory(linear + Long.BYTES, Short.BYTES))
                    : type().decode(frame.memory(linear, bytes));
        }
    }

    /** The number that an object is. */
    static final class Stored extends Term {
        private final Location location;
        private final int bytes;

        Stored(StackType type, Location location, int bytes) {
            super(type);
            this.location = location;
            this.bytes = bytes;
        }

        @Override
        public long evaluate(FrameState frame) {
            return type().wrap(location.read(frame, 0, bytes));
        }
    }

    /** An operation on two numbers of one type. */
    static final class Binary extends Term {
        private final int opcode;
        private final Term left;
        private final Term right;

        Binary(StackType result, int opcode, Term left, Term right) {
            super(result);
            this.opcode = opcode;
            this.left = left;
            this.right = right;
        }

        @Override
        public long evaluate(FrameState frame) {
            long leftValue = left.evaluate(frame);
            long rightValue = right.evaluate(frame);
            try {
                return type().wrap(left.type().combine(opcode, leftValue, rightValue));
            } catch (DwarfException e) {
                throw new NoValueException("cannot be found: " + e.getMessage());
            }
        }
    }

    /** One of two numbers, as a third one is 0 or not. */
    static final class Choice extends Term {
        private final Term condition;
        private final Term whenTrue;
        private final Term whenFalse;

        Choice(Term condition, Term whenTrue, Term whenFalse) {
            super(whenTrue.type());
            this.condition = condition;
            this.whenTrue = whenTrue;
            this.whenFalse = whenFalse;
        }

        @Override
        public long evaluate(FrameState frame) {
            return condition.evaluate(frame) != 0 ? whenTrue.evaluate(frame) : whenFalse.evaluate(frame);
        }
    }

    /** The same number in another type. */
    static final class Converted extends Term {
        private final Term value;

        Converted(StackType to, Term value) {
            super(to);
            this.value = value;
        }

        @Override
        public long evaluate(FrameState frame) {
            return type().convert(value.evaluate(frame), value.type());
        }
    }

    /** The same bits in another type of the same size. */
    static final class Reinterpreted extends Term {
        private final Term value;

        Reinterpreted(StackType to, Term value) {
            super(to);
            this.value = value;
        }

        @Override
        public long evaluate(FrameState frame) {
            return type().decode(value.type().encode(value.evaluate(frame)));
        }
    }
}
