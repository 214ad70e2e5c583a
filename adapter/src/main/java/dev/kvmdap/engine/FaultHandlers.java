package dev.kvmdap.engine;

import dev.kvmdap.x86.Instruction;
import dev.kvmdap.x86.X86Exception;
import java.util.List;

/**
 * Where the faults lead that an instruction may raise. A step has to end there, since the processor clears the trap flag for a
 * handler (SDM vol. 3, 6.8.2): without an execute breakpoint it would run unseen, or for ever. One vCPU's, on its thread;
 * allocates nothing once it has found a handler.
 */
final class FaultHandlers {

    private static final int VECTORS = 32;
    private static final List<X86Exception> WITHOUT_GATE =
            List.of(X86Exception.SEGMENT_NOT_PRESENT, X86Exception.GENERAL_PROTECTION, X86Exception.DOUBLE_FAULT);

    private final Cpu cpu;
    private final SystemRegisters system = new SystemRegisters();
    private final Handler[] handlers = new Handler[VECTORS];
    private final long[] chosen = new long[DebugSlots.COUNT];
    private int round;
    private int tableFoundIn = -1;
    private long table;
    private int count;
    private int version;

    FaultHandlers(Cpu cpu) {
        this.cpu = cpu;
        for (int vector = 0; vector < VECTORS; vector++) {
            handlers[vector] = new Handler(vector);
        }
    }

    /** Where one vector leads, and the entry of the table that said so. */
    private final class Handler {
        private final int vector;
        private boolean known;
        private int lookedAtIn;
        private long linear;
        private long low;
        private long high;

        Handler(int vector) {
            this.vector = vector;
        }

        long find() {
            if (!known || (lookedAtIn != round && entryHasChanged())) {
                linear = InterruptTable.faultHandler(cpu, vector);
                known = true;
            }
            lookedAtIn = round;
            return linear;
        }

        private boolean entryHasChanged() {
            if (tableFoundIn != round) {
                table = InterruptTable.exceptions(cpu);
                tableFoundIn = round;
            }
            if (table == InterruptTable.NOT_IN_ONE_PLACE) {
                return true;
            }
            int size = InterruptTable.entryBytes(cpu);
            long entry = table + (long) vector * size;
            long lowBefore = low;
            long highBefore = high;
            low = cpu.memory().peekPhysical(entry, Math.min(size, Long.BYTES));
            high = size > Long.BYTES ? cpu.memory().peekPhysical(entry + Long.BYTES, Long.BYTES) : 0;
            return low != lowBefore || high != highBefore;
        }
    }

    /** Other memory may be where the handlers were. */
    void forget() {
        for (Handler handler : handlers) {
            handler.known = false;
        }
    }

    /** The guest has run: it may have changed entries of its interrupt table without loading another one. */
    void suspect() {
        round++;
    }

    /**
     * Chooses those of an instruction: as many as could get a slot.
     *
     * @param pc linear address of the instruction
     * @param debugException whether #DB is one of them
     */
    void choose(Instruction instruction, long pc, boolean debugException) {
        int before = begin();
        boolean changed = debugException && add(X86Exception.DEBUG, pc);
        List<X86Exception> faults = instruction.possibleFaults().faults();
        for (int i = 0; i < faults.size(); i++) {
            changed |= add(faults.get(i), pc);
        }
        version += changed || count != before ? 1 : 0;
    }

    /** Chooses the handler of one vector, or those that it may lead to where it has none. */
    void chooseFor(int vector) {
        begin();
        add(InterruptTable.faultHandler(cpu, vector), DebugSlots.NOWHERE);
        for (int i = 0; count == 0 && i < WITHOUT_GATE.size(); i++) {
            add(WITHOUT_GATE.get(i), DebugSlots.NOWHERE);
        }
        version++;
    }

    /** How many had been chosen. */
    private int begin() {
        if (system.haveChanged(cpu.sregs())) {
            forget();
        }
        int before = count;
        count = 0;
        return before;
    }

    private boolean add(X86Exception fault, long pc) {
        return add(handler(fault.vector()), pc);
    }

    /** Whether another one stands there than before. */
    private boolean add(long handler, long pc) {
        if (count == chosen.length || handler == InterruptTable.NO_HANDLER || handler == pc || isChosen(handler)) {
            return false;
        }
        boolean changed = chosen[count] != handler;
        chosen[count++] = handler;
        return changed;
    }

    /** Whether a fault leads to a linear address. */
    boolean isHandler(X86Exception fault, long linear) {
        return handler(fault.vector()) == linear;
    }

    private long handler(int vector) {
        return handlers[vector].find();
    }

    /** Changes with what is chosen. */
    int version() {
        return version;
    }

    /** How many are chosen. */
    int count() {
        return count;
    }

    /** The linear address of one that is chosen, from 0; what counts most comes first. */
    long address(int index) {
        return chosen[index];
    }

    /** Whether a linear address is one that is chosen. */
    boolean isChosen(long linear) {
        for (int i = 0; i < count; i++) {
            if (chosen[i] == linear) {
                return true;
            }
        }
        return false;
    }
}
