package dev.kvmdap.kvm;

import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Reads the union of kvm_run that tells more about an exit. */
final class ExitDecoder {
    private static final int EXIT = Layouts.RUN.offset("exit");
    private static final int MOST_WORDS = 16;
    private static final int INSTRUCTION_BYTES_VALID = 1;
    private static final int NOTIFY_CONTEXT_INVALID = 1;

    private final Vcpu vcpu;
    private final MappedMemory run;

    ExitDecoder(Vcpu vcpu, MappedMemory run) {
        this.vcpu = vcpu;
        this.run = run;
    }

    Exit decode(int reason) {
        return switch (reason) {
            case Abi.EXIT_AGAIN -> new Exit.Again();
            case Abi.EXIT_FAULT -> new Exit.Fault();
            case Abi.EXIT_EXCEPTION ->
                new Exit.GuestException(u32(Layouts.EXIT_EX, "exception"), u32(Layouts.EXIT_EX, "error_code"));
            case Abi.EXIT_IO -> io();
            case Abi.EXIT_HYPERCALL ->
                new Exit.Hypercall(
                        u64(Layouts.EXIT_HYPERCALL, "nr"),
                        words(Layouts.EXIT_HYPERCALL, "args", 6),
                        u32(Layouts.EXIT_HYPERCALL, "longmode") != 0);
            case Abi.EXIT_DEBUG ->
                new Exit.Debug(
                        vcpu.debugException(),
                        new GuestVirtual(vcpu.debugPc()),
                        vcpu.debugDr6(),
                        u64(Layouts.EXIT_DEBUG, "dr7"));
            case Abi.EXIT_HLT -> new Exit.Halt();
            case Abi.EXIT_MMIO ->
                new Exit.Mmio(
                        new GuestPhysical(vcpu.mmioAddress()), vcpu.mmioData(), vcpu.mmioLength(), vcpu.mmioIsWrite());
            case Abi.EXIT_IRQ_WINDOW_OPEN -> new Exit.InterruptWindow();
            case Abi.EXIT_SHUTDOWN -> new Exit.Shutdown();
            case Abi.EXIT_FAIL_ENTRY ->
                new Exit.FailEntry(
                        u64(Layouts.EXIT_FAIL_ENTRY, "hardware_entry_failure_reason"),
                        u32(Layouts.EXIT_FAIL_ENTRY, "cpu"));
            case Abi.EXIT_INTR -> new Exit.Interrupted();
            case Abi.EXIT_SET_TPR -> new Exit.SetTaskPriority(run.getLong(Layouts.RUN.offset("cr8")));
            case Abi.EXIT_TPR_ACCESS ->
                new Exit.TaskPriorityAccess(
                        new GuestVirtual(u64(Layouts.EXIT_TPR_ACCESS, "rip")),
                        u32(Layouts.EXIT_TPR_ACCESS, "is_write") != 0);
            case Abi.EXIT_NMI -> new Exit.Nmi();
            case Abi.EXIT_INTERNAL_ERROR -> internalError();
            case Abi.EXIT_SYSTEM_EVENT ->
                new Exit.SystemEvent(
                        u32(Layouts.EXIT_SYSTEM_EVENT, "type"),
                        words(Layouts.EXIT_SYSTEM_EVENT, "data", u32(Layouts.EXIT_SYSTEM_EVENT, "ndata")));
            case Abi.EXIT_IOAPIC_EOI -> new Exit.IoapicEoi(u8(Layouts.EXIT_EOI, "vector"));
            case Abi.EXIT_HYPERV ->
                new Exit.HyperV(u32(Layouts.EXIT_HYPERV, "type"), words(Layouts.EXIT_HYPERV, "u", 6));
            case Abi.EXIT_X86_RDMSR ->
                new Exit.ReadMsr(u32(Layouts.EXIT_MSR, "index"), u32(Layouts.EXIT_MSR, "reason"));
            case Abi.EXIT_X86_WRMSR ->
                new Exit.WriteMsr(
                        u32(Layouts.EXIT_MSR, "index"), u32(Layouts.EXIT_MSR, "reason"), u64(Layouts.EXIT_MSR, "data"));
            case Abi.EXIT_DIRTY_RING_FULL -> new Exit.DirtyRingFull();
            case Abi.EXIT_AP_RESET_HOLD -> new Exit.ApResetHold();
            case Abi.EXIT_X86_BUS_LOCK -> new Exit.BusLock();
            case Abi.EXIT_XEN ->
                new Exit.Xen(
                        u32(Layouts.EXIT_XEN, "type"),
                        u32(Layouts.EXIT_XEN, "u.hcall.longmode") != 0,
                        u32(Layouts.EXIT_XEN, "u.hcall.cpl"),
                        u64(Layouts.EXIT_XEN, "u.hcall.input"),
                        words(Layouts.EXIT_XEN, "u.hcall.params", 6));
            case Abi.EXIT_NOTIFY -> new Exit.Notify((u32(Layouts.EXIT_NOTIFY, "flags") & NOTIFY_CONTEXT_INVALID) != 0);
            case Abi.EXIT_MEMORY_FAULT ->
                new Exit.MemoryFault(
                        u64(Layouts.EXIT_MEMORY_FAULT, "flags"),
                        new GuestPhysical(u64(Layouts.EXIT_MEMORY_FAULT, "gpa")),
                        u64(Layouts.EXIT_MEMORY_FAULT, "size"));
            case Abi.EXIT_TDX ->
                new Exit.Tdx(
                        u64(Layouts.EXIT_TDX, "flags"), u64(Layouts.EXIT_TDX, "nr"), words(Layouts.EXIT_TDX, "u", 6));
            default -> new Exit.Unknown(reason, u64(Layouts.EXIT_HW, "hardware_exit_reason"));
        };
    }

    private Exit io() {
        List<Integer> data = new ArrayList<>();
        for (int i = 0; i < vcpu.ioCount(); i++) {
            data.add(vcpu.ioData(i));
        }
        return new Exit.Io(vcpu.ioIsOut(), vcpu.ioPort(), vcpu.ioSize(), List.copyOf(data));
    }

    private Exit internalError() {
        int suberror = u32(Layouts.EXIT_INTERNAL, "suberror");
        int count = u32(Layouts.EXIT_INTERNAL, "ndata");
        boolean tellsInstruction = suberror == Abi.INTERNAL_ERROR_EMULATION
                && count >= 3
                && (u64(Layouts.EXIT_EMULATION_FAILURE, "flags") & INSTRUCTION_BYTES_VALID) != 0;
        return new Exit.InternalError(
                suberror, words(Layouts.EXIT_INTERNAL, "data", count), tellsInstruction ? instruction() : List.of());
    }

    private List<Integer> instruction() {
        int length = Math.min(15, u8(Layouts.EXIT_EMULATION_FAILURE, "insn_size"));
        int start = EXIT + Layouts.EXIT_EMULATION_FAILURE.offset("insn_bytes");
        return IntStream.range(0, length)
                .mapToObj(i -> Byte.toUnsignedInt(run.getByte(start + i)))
                .toList();
    }

    private int u8(Layout arm, String field) {
        return Byte.toUnsignedInt(run.getByte(EXIT + arm.offset(field)));
    }

    private int u32(Layout arm, String field) {
        return run.getInt(EXIT + arm.offset(field));
    }

    private long u64(Layout arm, String field) {
        return run.getLong(EXIT + arm.offset(field));
    }

    private List<Long> words(Layout arm, String field, int count) {
        int start = EXIT + arm.offset(field);
        int length = Math.max(0, Math.min(count, MOST_WORDS));
        return LongStream.range(0, length)
                .mapToObj(i -> run.getLong(start + Long.BYTES * (int) i))
                .toList();
    }
}
