package dev.kvmdap.kvm;

/**
 * The general registers, instruction pointer and flags of a vCPU (struct kvm_regs): a live view. What it reads is valid
 * until the next {@link Vcpu#run}; what is set reaches the vCPU with {@link Vcpu#storeRegs} only. For the thread that owns
 * the vCPU.
 */
public final class Regs {
    /** The number of registers: rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8 to r15, rip, rflags, in this order. */
    public static final int COUNT = 18;

    public static final int RAX = 0;
    public static final int RBX = 1;
    public static final int RCX = 2;
    public static final int RDX = 3;
    public static final int RSI = 4;
    public static final int RDI = 5;
    public static final int RSP = 6;
    public static final int RBP = 7;
    public static final int R8 = 8;
    public static final int R9 = 9;
    public static final int R10 = 10;
    public static final int R11 = 11;
    public static final int R12 = 12;
    public static final int R13 = 13;
    public static final int R14 = 14;
    public static final int R15 = 15;
    public static final int RIP = 16;
    public static final int RFLAGS = 17;

    private final MappedMemory memory;
    private final long start;

    Regs(MappedMemory memory, long start) {
        this.memory = memory;
        this.start = start;
    }

    /**
     * The 64 bits of a register.
     *
     * @param index {@link #RAX} to {@link #RFLAGS}
     */
    public long get(int index) {
        return memory.getLong(offset(index));
    }

    /** Sets the 64 bits of a register in this view. */
    public void set(int index, long value) {
        memory.putLong(offset(index), value);
    }

    private long offset(int index) {
        if (index < 0 || index >= COUNT) {
            throw new IndexOutOfBoundsException("register index " + index + " is not in 0 to " + (COUNT - 1));
        }
        return start + (long) Long.BYTES * index;
    }

    public long rax() {
        return get(RAX);
    }

    public void rax(long value) {
        set(RAX, value);
    }

    public long rbx() {
        return get(RBX);
    }

    public void rbx(long value) {
        set(RBX, value);
    }

    public long rcx() {
        return get(RCX);
    }

    public void rcx(long value) {
        set(RCX, value);
    }

    public long rdx() {
        return get(RDX);
    }

    public void rdx(long value) {
        set(RDX, value);
    }

    public long rsi() {
        return get(RSI);
    }

    public void rsi(long value) {
        set(RSI, value);
    }

    public long rdi() {
        return get(RDI);
    }

    public void rdi(long value) {
        set(RDI, value);
    }

    public long rsp() {
        return get(RSP);
    }

    public void rsp(long value) {
        set(RSP, value);
    }

    public long rbp() {
        return get(RBP);
    }

    public void rbp(long value) {
        set(RBP, value);
    }

    public long r8() {
        return get(R8);
    }

    public void r8(long value) {
        set(R8, value);
    }

    public long r9() {
        return get(R9);
    }

    public void r9(long value) {
        set(R9, value);
    }

    public long r10() {
        return get(R10);
    }

    public void r10(long value) {
        set(R10, value);
    }

    public long r11() {
        return get(R11);
    }

    public void r11(long value) {
        set(R11, value);
    }

    public long r12() {
        return get(R12);
    }

    public void r12(long value) {
        set(R12, value);
    }

    public long r13() {
        return get(R13);
    }

    public void r13(long value) {
        set(R13, value);
    }

    public long r14() {
        return get(R14);
    }

    public void r14(long value) {
        set(R14, value);
    }

    public long r15() {
        return get(R15);
    }

    public void r15(long value) {
        set(R15, value);
    }

    public long rip() {
        return get(RIP);
    }

    public void rip(long value) {
        set(RIP, value);
    }

    public long rflags() {
        return get(RFLAGS);
    }

    public void rflags(long value) {
        set(RFLAGS, value);
    }
}
