package dev.kvmdap.x86;

import java.util.Locale;
import java.util.Optional;

/**
 * The registers that a debugger shows, each at its full width. Segment and table registers consist of several values
 * (SDM vol. 3, 2.4 and 3.4.3); those that can be asked for by name are listed one by one.
 */
public enum Register {
    RAX(Kind.GENERAL, 64),
    RBX(Kind.GENERAL, 64),
    RCX(Kind.GENERAL, 64),
    RDX(Kind.GENERAL, 64),
    RSI(Kind.GENERAL, 64),
    RDI(Kind.GENERAL, 64),
    RBP(Kind.GENERAL, 64),
    RSP(Kind.GENERAL, 64),
    R8(Kind.GENERAL, 64),
    R9(Kind.GENERAL, 64),
    R10(Kind.GENERAL, 64),
    R11(Kind.GENERAL, 64),
    R12(Kind.GENERAL, 64),
    R13(Kind.GENERAL, 64),
    R14(Kind.GENERAL, 64),
    R15(Kind.GENERAL, 64),
    RIP(Kind.INSTRUCTION_POINTER, 64),
    RFLAGS(Kind.FLAGS, 64),
    CS(Kind.SELECTOR, 16),
    SS(Kind.SELECTOR, 16),
    DS(Kind.SELECTOR, 16),
    ES(Kind.SELECTOR, 16),
    FS(Kind.SELECTOR, 16),
    GS(Kind.SELECTOR, 16),
    LDTR(Kind.SELECTOR, 16),
    TR(Kind.SELECTOR, 16),
    CS_BASE(Kind.BASE, 64),
    SS_BASE(Kind.BASE, 64),
    DS_BASE(Kind.BASE, 64),
    ES_BASE(Kind.BASE, 64),
    FS_BASE(Kind.BASE, 64),
    GS_BASE(Kind.BASE, 64),
    LDTR_BASE(Kind.BASE, 64),
    TR_BASE(Kind.BASE, 64),
    /** The linear address of the global descriptor table. */
    GDTR(Kind.BASE, 64),
    /** The linear address of the interrupt descriptor table. */
    IDTR(Kind.BASE, 64),
    GDTR_LIMIT(Kind.LIMIT, 16),
    IDTR_LIMIT(Kind.LIMIT, 16),
    CR0(Kind.CONTROL, 64),
    CR2(Kind.CONTROL, 64),
    CR3(Kind.CONTROL, 64),
    CR4(Kind.CONTROL, 64),
    CR8(Kind.CONTROL, 64),
    EFER(Kind.CONTROL, 64),
    DR0(Kind.DEBUG, 64),
    DR1(Kind.DEBUG, 64),
    DR2(Kind.DEBUG, 64),
    DR3(Kind.DEBUG, 64),
    DR6(Kind.DEBUG, 64),
    DR7(Kind.DEBUG, 64);

    /** What a register is for. */
    public enum Kind {
        GENERAL,
        INSTRUCTION_POINTER,
        FLAGS,
        SELECTOR,
        BASE,
        LIMIT,
        CONTROL,
        DEBUG
    }

    private final Kind kind;
    private final int width;

    Register(Kind kind, int width) {
        this.kind = kind;
        this.width = width;
    }

    /** What the register is for. */
    public Kind kind() {
        return kind;
    }

    /** The full width in bits, as the processor in long mode has it. */
    public int width() {
        return width;
    }

    /** Its named bits, where it has such; CR3's while CR4.PCIDE = 0. */
    public Optional<BitLayout> bits() {
        return Optional.ofNullable(
                switch (this) {
                    case RFLAGS -> RegisterBits.RFLAGS;
                    case CR0 -> RegisterBits.CR0;
                    case CR3 -> RegisterBits.CR3;
                    case CR4 -> RegisterBits.CR4;
                    case CR8 -> RegisterBits.CR8;
                    case EFER -> RegisterBits.EFER;
                    case DR6 -> RegisterBits.DR6;
                    case DR7 -> RegisterBits.DR7;
                    default -> null;
                });
    }

    /** The register's name as assemblers write it, in lower case. */
    public String term() {
        return name().toLowerCase(Locale.ROOT);
    }
}
