package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.CallingConvention;
import java.util.Arrays;

/**
 * What is known of the registers in one frame, by DWARF number: for 8-byte words as the x86-64 psABI numbers them (rax
 * rdx rcx rbx rsi rdi rbp rsp r8 … r15, 16 the return address column, which here is the frame's rip), for 4-byte words as
 * the i386 psABI does (eax ecx edx ebx esp ebp esi edi, 8 eip). The instruction pointer and stack pointer are linear.
 */
public final class FrameRegisters {

    private static final int COUNT = 64;

    private final int wordSize;
    private final long[] values;
    private long known;
    private long doubted;
    private boolean afterCall;

    private FrameRegisters(int wordSize, long[] values, long known, long doubted, boolean afterCall) {
        this.wordSize = wordSize;
        this.values = values;
        this.known = known;
        this.doubted = doubted;
        this.afterCall = afterCall;
    }

    /** No register known yet in 64-bit code. */
    public static FrameRegisters x86_64() {
        return new FrameRegisters(8, new long[COUNT], 0, 0, false);
    }

    /** No register known yet in 16- or 32-bit code. */
    public static FrameRegisters i386() {
        return new FrameRegisters(4, new long[COUNT], 0, 0, false);
    }

    /**
     * The caller's registers where there is no call-frame information: only what its return address and stack pointer are,
     * and what callees must leave as they found it (System V psABI).
     */
    public FrameRegisters caller(long returnAddress, long stackPointer) {
        FrameRegisters caller = copy();
        for (int register = 0; register < COUNT; register++) {
            if (!CallingConvention.isCalleeSaved(wordSize, register)) {
                caller.doubt(register);
            }
        }
        return caller.set(pcRegister(), returnAddress)
                .set(stackPointerRegister(), stackPointer)
                .afterCall(true);
    }

    FrameRegisters copy() {
        return new FrameRegisters(wordSize, Arrays.copyOf(values, values.length), known, doubted, afterCall);
    }

    /** The bytes of a word that the code pushes: 8 in 64-bit code, 4 otherwise. */
    public int wordSize() {
        return wordSize;
    }

    /** Whether a register's value is known in this frame. */
    public boolean has(int register) {
        return register >= 0 && register < COUNT && (known & 1L << register) != 0;
    }

    /** A register's value, zero-extended; 0 where it is not known. */
    public long get(int register) {
        return has(register) ? values[register] : 0;
    }

    /** Makes a register known; numbers from 64 on are ignored. */
    public FrameRegisters set(int register, long value) {
        if (register >= 0 && register < COUNT) {
            values[register] = wrap(value);
            known |= 1L << register;
            doubted &= ~(1L << register);
        }
        return this;
    }

    /** Makes a register unknown. */
    public FrameRegisters forget(int register) {
        if (register >= 0 && register < COUNT) {
            known &= ~(1L << register);
            doubted &= ~(1L << register);
        }
        return this;
    }

    /** Makes a register one that callees may have changed: unknown to all but those who know that they have not. */
    FrameRegisters doubt(int register) {
        if (has(register)) {
            known &= ~(1L << register);
            doubted |= 1L << register;
        }
        return this;
    }

    /** Whether a register is one that unwinding follows from frame to frame: a general one. */
    public boolean isTracked(int register) {
        return register >= 0 && register <= pcRegister();
    }

    /** Whether there is a value for a variable that the compiler says is in a register, though callees may have changed it. */
    public boolean mayHold(int register) {
        return has(register) || (register >= 0 && register < COUNT && (doubted & 1L << register) != 0);
    }

    /** That value: of a register that {@link #mayHold} is asked about. */
    public long held(int register) {
        return mayHold(register) ? values[register] : 0;
    }

    /** The linear address of the instruction pointer. */
    public long pc() {
        return get(pcRegister());
    }

    /** The linear stack pointer. */
    public long stackPointer() {
        return get(stackPointerRegister());
    }

    /**
     * The address to look source lines, functions and unwinding rules up by: the pc itself in the innermost frame, the
     * byte before it where it is a return address, which may be the first byte of the next function.
     */
    public long lookupAddress() {
        return afterCall ? pc() - 1 : pc();
    }

    FrameRegisters afterCall(boolean isAfterCall) {
        afterCall = isAfterCall;
        return this;
    }

    /** An address after arithmetic in the frame's mode. */
    long wrap(long address) {
        return wordSize == 8 ? address : address & 0xffff_ffffL;
    }

    int pcRegister() {
        return wordSize == 8 ? 16 : 8;
    }

    int stackPointerRegister() {
        return CallingConvention.stackPointer(wordSize);
    }
}
