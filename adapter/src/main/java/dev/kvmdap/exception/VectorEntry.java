package dev.kvmdap.exception;

/** Where an interrupt vector leads. */
public sealed interface VectorEntry {

    /**
     * To a handler.
     *
     * @param linear the linear address of its first instruction
     * @param selector its code segment
     * @param offset in that segment
     * @param dpl of the code segment; of a conforming one the current privilege level, which it keeps
     * @param wordBytes the size of what is pushed: 2, 4 or 8
     * @param interruptStack the entry of the interrupt stack table, 1 to 7; 0 for none
     */
    record Handler(long linear, int selector, long offset, int dpl, int wordBytes, int interruptStack)
            implements VectorEntry {}

    /**
     * To another task.
     *
     * @param selector of its TSS
     */
    record Task(int selector) implements VectorEntry {}

    /**
     * To another exception.
     *
     * @param fault what the processor raises instead
     */
    record Nowhere(Fault fault) implements VectorEntry {}
}
