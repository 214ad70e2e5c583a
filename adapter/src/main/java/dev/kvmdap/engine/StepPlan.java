package dev.kvmdap.engine;

import dev.kvmdap.symbols.AddressRange;
import dev.kvmdap.x86.GuestVirtual;
import java.util.List;

/** What a vCPU is to do before it comes back, unless a stop comes first. */
sealed interface StepPlan {

    /** Run freely. */
    record Run() implements StepPlan {}

    /** Execute one instruction, wherever it leads. */
    record Instruction() implements StepPlan {}

    /**
     * Execute instructions until one lies outside the ranges.
     *
     * @param ranges linear addresses
     * @param over whether calls run through to their return
     * @param entered linear address of the one call that is entered all the same, which ends the plan; {@link #NO_CALL}
     *     for none
     */
    record LeaveRanges(List<AddressRange> ranges, boolean over, long entered) implements StepPlan {

        /** No call is entered. */
        static final long NO_CALL = -1;

        LeaveRanges(List<AddressRange> ranges, boolean over) {
            this(ranges, over, NO_CALL);
        }

        /** One instruction and all that it calls or repeats. */
        static LeaveRanges instruction(long pc) {
            return new LeaveRanges(List.of(new AddressRange(pc, pc + 1)), true);
        }

        boolean contains(long address) {
            for (int i = 0; i < ranges.size(); i++) {
                AddressRange range = ranges.get(i);
                if (Long.compareUnsigned(address, range.low()) >= 0
                        && Long.compareUnsigned(address, range.high()) < 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Run freely until an address is reached with the stack grown back so far that it is the right frame and not a
     * deeper one of the same function.
     *
     * @param address linear
     * @param stackAtLeast linear address of the stack's top, unsigned; 0 for any
     */
    record RunTo(GuestVirtual address, long stackAtLeast) implements StepPlan {}
}
