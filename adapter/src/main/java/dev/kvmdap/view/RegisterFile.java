package dev.kvmdap.view;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.PagingMode;
import dev.kvmdap.x86.Register;
import org.jspecify.annotations.Nullable;

/** Finds each register of the architecture in a vCPU's state. */
public final class RegisterFile {

    private final StoppedVcpu vcpu;
    private final @Nullable CallerRegisters caller;

    /** The registers of one vCPU. */
    public RegisterFile(StoppedVcpu vcpu) {
        this(vcpu, null);
    }

    /**
     * The registers of one vCPU as a frame sees them.
     *
     * @param caller what the frame has instead of the vCPU's; null for the innermost frame
     */
    public RegisterFile(StoppedVcpu vcpu, @Nullable CallerRegisters caller) {
        this.vcpu = vcpu;
        this.caller = caller;
    }

    /** Whether a register is not the vCPU's own, but that of a frame which waits for a return. */
    boolean isCallers(Register register) {
        return caller != null && caller.covers(register);
    }

    /** Whether this is a frame that waits for a return. */
    boolean isOfCaller() {
        return caller != null;
    }

    /** Whether {@link #write} is worth offering. */
    boolean isWritable(Register register) {
        return !isCallers(register) && (register.kind() != Register.Kind.SELECTOR || mode() == CpuMode.REAL);
    }

    /**
     * The register's value, all bits of it.
     *
     * @throws UnreadableException where the frame does not know it
     */
    public long read(Register register) {
        if (caller != null && caller.covers(register)) {
            return caller.read(register)
                    .orElseThrow(() -> new UnreadableException(register.term()
                            + " is not known in this frame: the functions it has called may have changed it"));
        }
        if (register.kind() == Register.Kind.DEBUG) {
            return read(register, vcpu.debugRegisters());
        }
        return read(register, vcpu.regs(), vcpu.sregs());
    }

    /**
     * Changes a register in the guest. A selector can be changed in real mode, and takes its base with it as a load by
     * the guest would (SDM vol. 3, 21.1.1); in the other modes a load needs a descriptor, which is the guest's
     * business.
     *
     * @throws ChangeRefusedException where the register cannot be changed so, or KVM refuses the value; nothing has
     *     changed
     */
    public void write(Register register, long value) {
        if (isCallers(register)) {
            throw new ChangeRefusedException(register.term()
                    + " of a frame that waits for a return cannot be changed: choose the innermost frame");
        }
        switch (register.kind()) {
            case DEBUG -> storeDebugRegister(register, value);
            case SELECTOR -> loadSelector(register, (int) value);
            default -> {
                long before = read(register);
                assign(register, value);
                store(register, value, () -> assign(register, before));
            }
        }
    }

    /**
     * The value of an expression of numbers and registers.
     *
     * @throws ChangeRefusedException where it is not one: the message names the column
     */
    long evaluate(String text) {
        try {
            return Expression.parse(text).bind(names()).evaluate(vcpu);
        } catch (ExpressionException | UnreadableException e) {
            throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private VcpuRegisterNames<StoppedVcpu> names() {
        return new VcpuRegisterNames<>(vcpu, this, () -> {});
    }

    /** The operating mode. */
    public CpuMode mode() {
        Sregs sregs = vcpu.sregs();
        return CpuMode.of(sregs.cr0(), sregs.efer(), sregs.cs().l());
    }

    /** The paging that is in force. */
    PagingMode paging() {
        Sregs sregs = vcpu.sregs();
        return PagingMode.of(sregs.cr0(), sregs.cr4(), sregs.efer());
    }

    /**
     * The segment register with its hidden part.
     *
     * @param selector a register of kind {@link Register.Kind#SELECTOR}, or its base
     */
    Segment segment(Register selector) {
        return segment(selector, vcpu.sregs());
    }

    /** A hidden part of a segment register. */
    long read(Register selector, SegmentPart part) {
        return part.read(segment(selector));
    }

    /**
     * Changes a hidden part of a segment register, which the guest can only do by loading it.
     *
     * @throws ChangeRefusedException where the value does not fit, or KVM refuses it; nothing has changed
     */
    void write(Register selector, SegmentPart part, long value) {
        Segment segment = segment(selector);
        long before = part.read(segment);
        part.write(segment, value);
        try {
            vcpu.store();
        } catch (KvmException e) {
            part.write(segment, before);
            throw new ChangeRefusedException(
                    "KVM does not take 0x%x as %s.%s: %s"
                            .formatted(value, selector.term(), part.term(), e.getMessage()),
                    e);
        }
    }

    /**
     * A register's value out of a vCPU's state, without allocating; for conditions on the vCPU thread too.
     *
     * @throws IllegalArgumentException for a debug register, which is not there
     */
    public static long read(Register register, Regs regs, Sregs sregs) {
        return switch (register) {
            case CS, SS, DS, ES, FS, GS, LDTR, TR -> segment(register, sregs).selector();
            case CS_BASE, SS_BASE, DS_BASE, ES_BASE, FS_BASE, GS_BASE, LDTR_BASE, TR_BASE ->
                segment(register, sregs).base();
            case GDTR -> sregs.gdt().base();
            case IDTR -> sregs.idt().base();
            case GDTR_LIMIT -> sregs.gdt().limit();
            case IDTR_LIMIT -> sregs.idt().limit();
            case CR0 -> sregs.cr0();
            case CR2 -> sregs.cr2();
            case CR3 -> sregs.cr3();
            case CR4 -> sregs.cr4();
            case CR8 -> sregs.cr8();
            case EFER -> sregs.efer();
            case DR0, DR1, DR2, DR3, DR6, DR7 ->
                throw new IllegalArgumentException(register + " is not in the registers at hand");
            default -> regs.get(index(register));
        };
    }

    private void assign(Register register, long value) {
        Sregs sregs = vcpu.sregs();
        switch (register) {
            case CS_BASE, SS_BASE, DS_BASE, ES_BASE, FS_BASE, GS_BASE, LDTR_BASE, TR_BASE ->
                segment(register, sregs).base(value);
            case GDTR -> sregs.gdt().base(value);
            case IDTR -> sregs.idt().base(value);
            case GDTR_LIMIT -> sregs.gdt().limit((int) value);
            case IDTR_LIMIT -> sregs.idt().limit((int) value);
            case CR0 -> sregs.cr0(value);
            case CR2 -> sregs.cr2(value);
            case CR3 -> sregs.cr3(value);
            case CR4 -> sregs.cr4(value);
            case CR8 -> sregs.cr8(value);
            case EFER -> sregs.efer(value);
            default -> vcpu.regs().set(index(register), value);
        }
    }

    private void loadSelector(Register register, int value) {
        if (mode() != CpuMode.REAL || register == Register.LDTR || register == Register.TR) {
            throw new ChangeRefusedException(
                    "%s is loaded from a descriptor in %s mode; change %1$s_base, or let the guest load it"
                            .formatted(register.term(), mode().term()));
        }
        Segment segment = segment(register);
        int selectorBefore = segment.selector();
        long baseBefore = segment.base();
        segment.selector(value);
        segment.base((long) value << 4);
        store(register, value, () -> {
            segment.selector(selectorBefore);
            segment.base(baseBefore);
        });
    }

    private void store(Register register, long value, Runnable undo) {
        try {
            vcpu.store();
        } catch (KvmException e) {
            undo.run();
            throw refused(register, value, e);
        }
    }

    private void storeDebugRegister(Register register, long value) {
        DebugRegisters all = vcpu.debugRegisters();
        DebugRegisters changed = switch (register) {
            case DR0 -> new DebugRegisters(value, all.dr1(), all.dr2(), all.dr3(), all.dr6(), all.dr7());
            case DR1 -> new DebugRegisters(all.dr0(), value, all.dr2(), all.dr3(), all.dr6(), all.dr7());
            case DR2 -> new DebugRegisters(all.dr0(), all.dr1(), value, all.dr3(), all.dr6(), all.dr7());
            case DR3 -> new DebugRegisters(all.dr0(), all.dr1(), all.dr2(), value, all.dr6(), all.dr7());
            case DR6 -> new DebugRegisters(all.dr0(), all.dr1(), all.dr2(), all.dr3(), value, all.dr7());
            default -> new DebugRegisters(all.dr0(), all.dr1(), all.dr2(), all.dr3(), all.dr6(), value);
        };
        try {
            vcpu.store(changed);
        } catch (KvmException e) {
            throw refused(register, value, e);
        }
    }

    private static ChangeRefusedException refused(Register register, long value, KvmException reason) {
        return new ChangeRefusedException(
                "KVM does not take 0x%x as %s: %s".formatted(value, register.term(), reason.getMessage()), reason);
    }

    private static long read(Register register, DebugRegisters registers) {
        return switch (register) {
            case DR0 -> registers.dr0();
            case DR1 -> registers.dr1();
            case DR2 -> registers.dr2();
            case DR3 -> registers.dr3();
            case DR6 -> registers.dr6();
            default -> registers.dr7();
        };
    }

    static Segment segment(Register register, Sregs sregs) {
        return switch (register) {
            case CS, CS_BASE -> sregs.cs();
            case SS, SS_BASE -> sregs.ss();
            case DS, DS_BASE -> sregs.ds();
            case ES, ES_BASE -> sregs.es();
            case FS, FS_BASE -> sregs.fs();
            case GS, GS_BASE -> sregs.gs();
            case LDTR, LDTR_BASE -> sregs.ldt();
            case TR, TR_BASE -> sregs.tr();
            default -> throw new IllegalArgumentException(register + " is no segment register");
        };
    }

    private static int index(Register register) {
        return switch (register) {
            case RAX -> Regs.RAX;
            case RBX -> Regs.RBX;
            case RCX -> Regs.RCX;
            case RDX -> Regs.RDX;
            case RSI -> Regs.RSI;
            case RDI -> Regs.RDI;
            case RSP -> Regs.RSP;
            case RBP -> Regs.RBP;
            case R8 -> Regs.R8;
            case R9 -> Regs.R9;
            case R10 -> Regs.R10;
            case R11 -> Regs.R11;
            case R12 -> Regs.R12;
            case R13 -> Regs.R13;
            case R14 -> Regs.R14;
            case R15 -> Regs.R15;
            case RIP -> Regs.RIP;
            case RFLAGS -> Regs.RFLAGS;
            default -> throw new IllegalArgumentException(register + " is no general register");
        };
    }
}
