package dev.kvmdap.symbols.dwarf;

/**
 * A number that depends on the frame: what a DWARF expression computes, as a tree instead of a stack, so that computing it
 * allocates nothing and any thread can. Values are as wide as an address, zero-extended.
 */
public abstract class Term {

    Term() {}

    /**
     * The number in a frame.
     *
     * @throws NoValueException where the frame does not know enough
     */
    public abstract long evaluate(FrameState frame);

    /** A number that is the same in every frame. */
    static final class Constant extends Term {
        private final long value;

        Constant(long value) {
            this.value = value;
        }

        long value() {
            return value;
        }

        @Override
        public long evaluate(FrameState frame) {
            return value;
        }
    }

    /** A register and an offset. */
    static final class Register extends Term {
        private final int number;
        private final long offset;
        private final int wordSize;

        Register(int number, long offset, int wordSize) {
            this.number = number;
            this.offset = offset;
            this.wordSize = wordSize;
        }

        @Override
        public long evaluate(FrameState frame) {
            requireWidth(frame, wordSize);
            return Operation.wrap(frame.register(number) + offset, wordSize);
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

        Read(Term address, int bytes) {
            this.address = address;
            this.bytes = bytes;
        }

        @Override
        public long evaluate(FrameState frame) {
            return frame.memory(address.evaluate(frame), bytes);
        }
    }

    /** An operation on two numbers. */
    static final class Binary extends Term {
        private final int opcode;
        private final Term left;
        private final Term right;
        private final int addressSize;

        Binary(int opcode, Term left, Term right, int addressSize) {
            this.opcode = opcode;
            this.left = left;
            this.right = right;
            this.addressSize = addressSize;
        }

        @Override
        public long evaluate(FrameState frame) {
            long leftValue = left.evaluate(frame);
            long rightValue = right.evaluate(frame);
            try {
                return Operation.wrap(Operation.combine(opcode, leftValue, rightValue, addressSize), addressSize);
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
            this.condition = condition;
            this.whenTrue = whenTrue;
            this.whenFalse = whenFalse;
        }

        @Override
        public long evaluate(FrameState frame) {
            return condition.evaluate(frame) != 0 ? whenTrue.evaluate(frame) : whenFalse.evaluate(frame);
        }
    }
}
