package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.NoValueException;

/** A frame of which nothing is known. */
enum NoFrame implements FrameState {
    INSTANCE;

    @Override
    public int wordSize() {
        return 8;
    }

    @Override
    public long register(int number) {
        throw new NoValueException("is in a register");
    }

    @Override
    public long memory(long linear, int bytes) {
        throw new NoValueException("is in memory");
    }
}
