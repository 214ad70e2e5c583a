package dev.kvmdap.engine;

import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.PageWalk;

/**
 * The debug registers as the guest has set them (SDM vol. 3, 18.2), of one vCPU. Nothing tells of each change, so they are
 * looked at again where one may have been. On the vCPU's thread; allocates nothing.
 */
final class OwnDebugRegisters {

    private static final int DR7 = 7;
    private static final long GENERAL_DETECT = 1 << 13;
    private static final int EXECUTE = 0;
    private static final int PORT = 2;
    private static final int ACCESS = 3;
    private static final int LONGEST_LINEAR = 57;

    /** Bytes by the LEN field. */
    private static final int[] LENGTHS = {1, 2, 8, 4};

    private final Vcpu vcpu;
    private final long[] registers = new long[8];
    private boolean known;

    OwnDebugRegisters(Vcpu vcpu) {
        this.vcpu = vcpu;
    }

    /** The guest, or the user, may have changed them. */
    void forget() {
        known = false;
    }

    /** Whether nothing can have changed since they were looked at. */
    boolean areKnown() {
        return known;
    }

    /** Looks at them, unless they are known. */
    void look() {
        if (!known) {
            vcpu.state().readDebugRegisters(registers);
            known = true;
        }
    }

    /** Whether any breakpoint is enabled, or accesses to these registers are detected: a #DB may come of them. */
    boolean areInUse() {
        return (registers[DR7] & (DebugSlots.ENABLED | GENERAL_DETECT)) != 0;
    }

    /** How many breakpoints are enabled that KVM lets happen: those on ports never do. */
    int count() {
        int count = 0;
        for (int number = 0; number < DebugSlots.COUNT; number++) {
            count += isEnabled(number) ? 1 : 0;
        }
        return count;
    }

    /** Whether the breakpoint with that number, 0 to 3, is enabled and can happen. */
    boolean isEnabled(int number) {
        return (registers[DR7] >>> (2 * number) & 3) != 0 && access(number) != PORT && isReachable(registers[number]);
    }

    /** A slot with a linear address that no paging can lead to makes KVM_RUN fail. */
    private static boolean isReachable(long linear) {
        int unused = Long.SIZE - LONGEST_LINEAR;
        return linear << unused >> unused == linear;
    }

    private int access(int number) {
        return (int) (registers[DR7] >>> DebugSlots.conditionBit(number)) & ACCESS;
    }

    /** Whether it stops before an instruction, rather than behind an access to data. */
    boolean isForExecution(int number) {
        return access(number) == EXECUTE;
    }

    /** Whether any of these is for data: bit n for the breakpoint n. */
    boolean anyForData(long breakpoints) {
        for (int number = 0; number < DebugSlots.COUNT; number++) {
            if ((breakpoints & 1L << number) != 0 && !isForExecution(number)) {
                return true;
            }
        }
        return false;
    }

    /** R/W and LEN of a breakpoint, as in DR7 from bit 16 on. */
    int condition(int number) {
        return isForExecution(number) ? 0 : (int) (registers[DR7] >>> DebugSlots.conditionBit(number)) & 0xf;
    }

    private int length(int number) {
        return LENGTHS[condition(number) >>> 2];
    }

    /** The linear address of a breakpoint; the processor ignores the bits of a datum's that lie within its length. */
    long address(int number) {
        return registers[number] & -length(number);
    }

    /** Whether one is enabled that stops before the instruction at a linear address. */
    boolean stopAt(long linear) {
        for (int number = 0; number < DebugSlots.COUNT; number++) {
            if (isEnabled(number) && isForExecution(number) && address(number) == linear) {
                return true;
            }
        }
        return false;
    }

    /**
     * Which ones are for data that an access touches.
     *
     * @param physical guest-physical address of the access
     * @return bit n for the breakpoint n
     */
    long forAccess(Cpu cpu, long physical, int length, boolean write) {
        long touched = 0;
        for (int number = 0; number < DebugSlots.COUNT; number++) {
            boolean counts = isEnabled(number) && !isForExecution(number) && (write || access(number) == ACCESS);
            if (counts) {
                long start = cpu.translate(address(number));
                boolean overlaps =
                        start != PageWalk.NOT_MAPPED && start < physical + length && physical < start + length(number);
                touched |= overlaps ? 1L << number : 0;
            }
        }
        return touched;
    }

    /** Whether DR7.GD has the next access to these registers raise #DB. */
    boolean detectAccess() {
        return (registers[DR7] & GENERAL_DETECT) != 0;
    }

    /** For people: a breakpoint. */
    String describe(int number) {
        String what = switch (access(number)) {
            case EXECUTE -> "execution";
            case ACCESS -> "reads and writes of " + length(number) + " bytes";
            default -> "writes of " + length(number) + " bytes";
        };
        return "DR%d (%s at 0x%x)".formatted(number, what, address(number));
    }
}
