package dev.kvmdap.engine;

import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.SegmentDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * What a frame of five words on a stack keeps of an interrupted program (SDM vol. 3, 6.14.2): RIP, CS, RFLAGS, RSP, SS. Puts a
 * vCPU back there. On the vCPU's thread; allocates little.
 */
final class UserContext {

    private static final long RESUME_FLAG = 1 << 16;
    private static final int USER = 3;
    private static final int LOCAL = 1 << 2;
    private static final int SELECTOR_INDEX = ~7 & 0xffff;
    private static final int FRAME_BYTES = 5 * Long.BYTES;

    private final Cpu cpu;
    private final Vcpu vcpu;
    private final byte[] bytes = new byte[FRAME_BYTES];

    UserContext(Cpu cpu, Vcpu vcpu) {
        this.cpu = cpu;
        this.vcpu = vcpu;
    }

    /** Reads the frame at a linear address; answers whether it is one of a program at privilege level 3. */
    boolean read(long linear) {
        return cpu.memory().read(linear, bytes, 0, FRAME_BYTES) == FRAME_BYTES
                && (codeSelector() & USER) == USER
                && (stackSelector() & USER) == USER;
    }

    /** The offset in the code segment of the instruction that comes next. */
    long rip() {
        return word(0);
    }

    /** RFLAGS. */
    long flags() {
        return word(2);
    }

    boolean hasTrapFlag() {
        return (flags() & SavedFlags.TRAP_FLAG) != 0;
    }

    private int codeSelector() {
        return (int) word(1) & 0xffff;
    }

    private int stackSelector() {
        return (int) word(4) & 0xffff;
    }

    /**
     * Undoes the delivery of an event: the program is where it was, without the debugger's trap flag.
     *
     * @param rip where it goes on
     * @return whether its segments could be found
     */
    boolean undo(long rip) {
        if (!loadSegments()) {
            return false;
        }
        goOn(rip, flags() & ~(SavedFlags.TRAP_FLAG | RESUME_FLAG));
        return true;
    }

    /**
     * Does what IRETQ does with the frame (SDM vol. 2, IRET): the vCPU is at the program's next instruction, and segments that
     * are not for it are gone.
     *
     * @return whether its segments could be found
     */
    boolean enter() {
        if (!loadSegments()) {
            return false;
        }
        Sregs sregs = cpu.sregs();
        clearUnlessUsers(sregs.ds());
        clearUnlessUsers(sregs.es());
        clearUnlessUsers(sregs.fs());
        clearUnlessUsers(sregs.gs());
        goOn(rip(), flags());
        return true;
    }

    private static void clearUnlessUsers(Segment segment) {
        if (segment.dpl() < USER) {
            segment.selector(0);
            segment.unusable(true);
        }
    }

    private boolean loadSegments() {
        SegmentDescriptor code = descriptor(codeSelector());
        SegmentDescriptor stack = descriptor(stackSelector());
        if (code == null || stack == null) {
            return false;
        }
        fill(cpu.sregs().cs(), codeSelector(), code);
        fill(cpu.sregs().ss(), stackSelector(), stack);
        return true;
    }

    private void goOn(long rip, long flags) {
        vcpu.storeSregs();
        cpu.regs().rip(rip);
        cpu.regs().rflags(flags);
        cpu.regs().rsp(word(3));
        vcpu.storeRegs();
    }

    private @Nullable SegmentDescriptor descriptor(int selector) {
        Sregs sregs = cpu.sregs();
        long table = (selector & LOCAL) != 0 ? sregs.ldt().base() : sregs.gdt().base();
        byte[] entry = new byte[Long.BYTES];
        if (cpu.memory().read(table + (selector & SELECTOR_INDEX), entry, 0, Long.BYTES) < Long.BYTES) {
            return null;
        }
        SegmentDescriptor found = SegmentDescriptor.decode(word(entry, 0));
        return found.present() && !found.system() && found.dpl() == USER ? found : null;
    }

    private static void fill(Segment segment, int selector, SegmentDescriptor descriptor) {
        segment.selector(selector);
        segment.base(descriptor.base());
        segment.limit((int) descriptor.lastOffset());
        segment.type(descriptor.type() | 1);
        segment.s(true);
        segment.dpl(descriptor.dpl());
        segment.present(true);
        segment.avl(descriptor.available());
        segment.l(descriptor.longMode());
        segment.db(descriptor.big());
        segment.g(descriptor.granularity());
        segment.unusable(false);
    }

    private long word(int index) {
        return word(bytes, index);
    }

    private static long word(byte[] bytes, int index) {
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (bytes[index * Long.BYTES + i] & 0xff);
        }
        return value;
    }
}
