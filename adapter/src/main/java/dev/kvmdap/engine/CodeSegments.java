package dev.kvmdap.engine;

import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.exception.InterruptFrame;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.SegmentDescriptor;
import java.util.OptionalLong;

/** The code segments that selectors in memory lead to: those of interrupted code. */
final class CodeSegments {

    private static final int LOCAL = 1 << 2;
    private static final int INDEX = ~7 & 0xffff;
    private static final long RFLAGS_VM = 1 << 17;

    private CodeSegments() {}

    /** The segment of the code that an exception or interrupt has left. Where its descriptor is gone: the current one. */
    static CodeSegment of(Cpu cpu, InterruptFrame frame) {
        CpuMode mode = cpu.mode();
        if (mode == CpuMode.REAL || (frame.rflags() & RFLAGS_VM) != 0) {
            return new CodeSegment((long) frame.cs() << 4, 16);
        }
        long table = (frame.cs() & LOCAL) != 0
                ? cpu.sregs().ldt().base()
                : cpu.sregs().gdt().base();
        OptionalLong read = cpu.memory().number(table + (frame.cs() & INDEX), Long.BYTES);
        if (read.isEmpty() || read.getAsLong() == 0) {
            return new CodeSegment(cpu.codeAddress(0), cpu.codeBits());
        }
        SegmentDescriptor descriptor = SegmentDescriptor.decode(read.getAsLong());
        boolean wide = mode != CpuMode.PROTECTED && descriptor.longMode();
        return wide ? new CodeSegment(0, 64) : new CodeSegment(descriptor.base(), descriptor.big() ? 32 : 16);
    }
}
