package dev.kvmdap.engine;

import dev.kvmdap.kvm.DescriptorTable;
import dev.kvmdap.x86.PageWalk;

/**
 * Where an exception leads in IA-32e mode (SDM vol. 3, 6.14.1), as it is now: to its own handler, or where its gate is not
 * present to that of the double fault. On the vCPU's thread; finding allocates nothing.
 */
final class EventGate {

    private static final int DOUBLE_FAULT = 8;
    private static final int GATE_BYTES = 16;
    private static final int PRESENT_BYTE = 5;
    private static final int PRESENT = 1 << 7;

    private final Cpu cpu;
    private final byte[] gate = new byte[GATE_BYTES];
    private long handler = InterruptTable.NO_HANDLER;
    private int errorCodeBytes;

    EventGate(Cpu cpu) {
        this.cpu = cpu;
    }

    /** Looks where a vector leads that pushes no error code. */
    void find(int vector) {
        errorCodeBytes = 0;
        handler = handler(vector);
        if (handler == InterruptTable.NO_HANDLER) {
            errorCodeBytes = Long.BYTES;
            handler = handler(DOUBLE_FAULT);
        }
    }

    /** The linear address of the handler; {@link InterruptTable#NO_HANDLER} where the event ends in a triple fault. */
    long handler() {
        return handler;
    }

    /** How far above the top of the handler's stack RIP lies: 8 where an error code was pushed. */
    int errorCodeBytes() {
        return errorCodeBytes;
    }

    private long handler(int vector) {
        DescriptorTable idt = cpu.sregs().idt();
        boolean read = vector * GATE_BYTES + GATE_BYTES - 1 <= idt.limit()
                && cpu.memory().read(idt.base() + (long) vector * GATE_BYTES, gate, 0, GATE_BYTES) == GATE_BYTES
                && (gate[PRESENT_BYTE] & PRESENT) != 0;
        if (!read) {
            return InterruptTable.NO_HANDLER;
        }
        long offset = word(0) | word(6) << 16 | word(8) << 32 | word(10) << 48;
        return cpu.translate(offset) == PageWalk.NOT_MAPPED ? InterruptTable.NO_HANDLER : offset;
    }

    private long word(int at) {
        return (gate[at] & 0xff) | (gate[at + 1] & 0xff) << Byte.SIZE;
    }
}
