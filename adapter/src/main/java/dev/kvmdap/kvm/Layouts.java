package dev.kvmdap.kvm;

/** The structs of linux/kvm.h and asm/kvm.h (x86) that this binding exchanges with the kernel. */
final class Layouts {
    /** KVM_MAX_XCRS. */
    static final int MOST_XCRS = 16;

    static final Layout REGS = Layout.of("kvm_regs")
            .u64("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp")
            .u64("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")
            .u64("rip", "rflags")
            .size(144);

    static final Layout SEGMENT = Layout.of("kvm_segment")
            .u64("base")
            .u32("limit")
            .u16("selector")
            .u8("type", "present", "dpl", "db", "s", "l", "g", "avl", "unusable", "padding")
            .size(24);

    static final Layout DTABLE =
            Layout.of("kvm_dtable").u64("base").u16("limit").bytes("padding", 6).size(16);

    static final Layout SREGS = Layout.of("kvm_sregs")
            .structs(SEGMENT, "cs", "ds", "es", "fs", "gs", "ss", "tr", "ldt")
            .structs(DTABLE, "gdt", "idt")
            .u64("cr0", "cr2", "cr3", "cr4", "cr8", "efer", "apic_base")
            .words("interrupt_bitmap", 4)
            .size(312);

    static final Layout VCPU_EVENTS = Layout.of("kvm_vcpu_events")
            .u8("exception.injected", "exception.nr", "exception.has_error_code", "exception.pending")
            .u32("exception.error_code")
            .u8("interrupt.injected", "interrupt.nr", "interrupt.soft", "interrupt.shadow")
            .u8("nmi.injected", "nmi.pending", "nmi.masked", "nmi.pad")
            .u32("sipi_vector", "flags")
            .u8("smi.smm", "smi.pending", "smi.smm_inside_nmi", "smi.latched_init")
            .u8("triple_fault.pending")
            .bytes("reserved", 26)
            .u8("exception_has_payload")
            .u64("exception_payload")
            .size(64);

    static final Layout SYNC_REGS = Layout.of("kvm_sync_regs")
            .structs(REGS, "regs")
            .structs(SREGS, "sregs")
            .structs(VCPU_EVENTS, "events")
            .size(520);

    static final Layout RUN = Layout.of("kvm_run")
            .u8("request_interrupt_window", "immediate_exit")
            .bytes("padding1", 6)
            .u32("exit_reason")
            .u8("ready_for_interrupt_injection", "if_flag")
            .u16("flags")
            .u64("cr8", "apic_base")
            .union("exit", 256)
            .u64("kvm_valid_regs", "kvm_dirty_regs")
            .union("s", 2048)
            .size(2352);

    // The arms of the union kvm_run.exit.

    static final Layout EXIT_HW = Layout.of("hw").u64("hardware_exit_reason").size(8);
    static final Layout EXIT_FAIL_ENTRY = Layout.of("fail_entry")
            .u64("hardware_entry_failure_reason")
            .u32("cpu")
            .size(16);
    static final Layout EXIT_EX = Layout.of("ex").u32("exception", "error_code").size(8);
    static final Layout EXIT_IO = Layout.of("io")
            .u8("direction", "size")
            .u16("port")
            .u32("count")
            .u64("data_offset")
            .size(16);
    static final Layout EXIT_DEBUG = Layout.of("kvm_debug_exit_arch")
            .u32("exception", "pad")
            .u64("pc", "dr6", "dr7")
            .size(32);
    static final Layout EXIT_MMIO = Layout.of("mmio")
            .u64("phys_addr")
            .bytes("data", 8)
            .u32("len")
            .u8("is_write")
            .size(24);
    static final Layout EXIT_HYPERCALL = Layout.of("hypercall")
            .u64("nr")
            .words("args", 6)
            .u64("ret")
            .u32("longmode", "pad")
            .size(72);
    static final Layout EXIT_TPR_ACCESS =
            Layout.of("tpr_access").u64("rip").u32("is_write", "pad").size(16);
    static final Layout EXIT_INTERNAL =
            Layout.of("internal").u32("suberror", "ndata").words("data", 16).size(136);
    static final Layout EXIT_EMULATION_FAILURE = Layout.of("emulation_failure")
            .u32("suberror", "ndata")
            .u64("flags")
            .u8("insn_size")
            .bytes("insn_bytes", 15)
            .size(32);
    static final Layout EXIT_SYSTEM_EVENT =
            Layout.of("system_event").u32("type", "ndata").words("data", 16).size(136);
    static final Layout EXIT_EOI = Layout.of("eoi").u8("vector").size(1);
    static final Layout EXIT_HYPERV =
            Layout.of("kvm_hyperv_exit").u32("type", "pad1").words("u", 6).size(56);
    static final Layout EXIT_MSR = Layout.of("msr")
            .u8("error")
            .bytes("pad", 7)
            .u32("reason", "index")
            .u64("data")
            .size(24);
    static final Layout EXIT_XEN = Layout.of("kvm_xen_exit")
            .u32("type")
            .union("u", 0)
            .u32("u.hcall.longmode", "u.hcall.cpl")
            .u64("u.hcall.input", "u.hcall.result")
            .words("u.hcall.params", 6)
            .size(80);
    static final Layout EXIT_NOTIFY = Layout.of("notify").u32("flags").size(4);
    static final Layout EXIT_MEMORY_FAULT =
            Layout.of("memory_fault").u64("flags", "gpa", "size").size(24);
    static final Layout EXIT_TDX =
            Layout.of("tdx").u64("flags", "nr").words("u", 6).size(64);

    // Arguments of ioctls.

    static final Layout GUEST_DEBUG = Layout.of("kvm_guest_debug")
            .u32("control", "pad")
            .words("arch.debugreg", 8)
            .size(72);
    static final Layout USERSPACE_MEMORY_REGION = Layout.of("kvm_userspace_memory_region")
            .u32("slot", "flags")
            .u64("guest_phys_addr", "memory_size", "userspace_addr")
            .size(32);
    static final Layout CPUID2 = Layout.of("kvm_cpuid2").u32("nent", "padding").size(8);
    static final Layout CPUID_ENTRY2 = Layout.of("kvm_cpuid_entry2")
            .u32("function", "index", "flags", "eax", "ebx", "ecx", "edx")
            .words32("padding", 3)
            .size(40);
    static final Layout MSR_LIST = Layout.of("kvm_msr_list").u32("nmsrs").size(4);
    static final Layout MSRS = Layout.of("kvm_msrs").u32("nmsrs", "pad").size(8);
    static final Layout MSR_ENTRY =
            Layout.of("kvm_msr_entry").u32("index", "reserved").u64("data").size(16);
    static final Layout SIGNAL_MASK = Layout.of("kvm_signal_mask").u32("len").size(4);
    static final Layout DEBUGREGS = Layout.of("kvm_debugregs")
            .words("db", 4)
            .u64("dr6", "dr7", "flags")
            .words("reserved", 9)
            .size(128);
    static final Layout FPU = Layout.of("kvm_fpu")
            .bytes("fpr", 128)
            .u16("fcw", "fsw")
            .u8("ftwx", "pad1")
            .u16("last_opcode")
            .u64("last_ip", "last_dp")
            .bytes("xmm", 256)
            .u32("mxcsr", "pad2")
            .size(416);
    static final Layout XSAVE = Layout.of("kvm_xsave").words32("region", 1024).size(4096);
    static final Layout XCR =
            Layout.of("kvm_xcr").u32("xcr", "reserved").u64("value").size(16);
    static final Layout XCRS = Layout.of("kvm_xcrs")
            .u32("nr_xcrs", "flags")
            .words("xcrs", 2 * MOST_XCRS)
            .words("padding", 16)
            .size(392);
    static final Layout LAPIC_STATE =
            Layout.of("kvm_lapic_state").bytes("regs", 0x400).size(1024);
    static final Layout MP_STATE = Layout.of("kvm_mp_state").u32("mp_state").size(4);
    static final Layout TRANSLATION = Layout.of("kvm_translation")
            .u64("linear_address", "physical_address")
            .u8("valid", "writeable", "usermode")
            .bytes("pad", 5)
            .size(24);
    static final Layout INTERRUPT = Layout.of("kvm_interrupt").u32("irq").size(4);
    static final Layout IRQ_LEVEL =
            Layout.of("kvm_irq_level").u32("irq", "level").size(8);
    static final Layout IRQCHIP =
            Layout.of("kvm_irqchip").u32("chip_id", "pad").union("chip", 512).size(520);
    static final Layout PIC_STATE = Layout.of("kvm_pic_state")
            .u8("last_irr", "irr", "imr", "isr", "priority_add", "irq_base", "read_reg_select", "poll")
            .u8("special_mask", "init_state", "auto_eoi", "rotate_on_auto_eoi", "special_fully_nested_mode", "init4")
            .u8("elcr", "elcr_mask")
            .size(16);
    static final Layout IOAPIC_STATE = Layout.of("kvm_ioapic_state")
            .u64("base_address")
            .u32("ioregsel", "id", "irr", "pad")
            .words("redirtbl", 24)
            .size(216);
    static final Layout PIT_CONFIG =
            Layout.of("kvm_pit_config").u32("flags").words32("pad", 15).size(64);
    static final Layout PIT_CHANNEL_STATE = Layout.of("kvm_pit_channel_state")
            .u32("count")
            .u16("latched_count")
            .u8("count_latched", "status_latched", "status", "read_state", "write_state", "write_latch")
            .u8("rw_mode", "mode", "bcd", "gate")
            .u64("count_load_time")
            .size(24);
    static final Layout PIT_STATE2 = Layout.of("kvm_pit_state2")
            .structs(PIT_CHANNEL_STATE, "channels[0]", "channels[1]", "channels[2]")
            .u32("flags")
            .words32("reserved", 9)
            .size(112);
    static final Layout ENABLE_CAP = Layout.of("kvm_enable_cap")
            .u32("cap", "flags")
            .words("args", 4)
            .bytes("pad", 64)
            .size(104);
    static final Layout MSI = Layout.of("kvm_msi")
            .u32("address_lo", "address_hi", "data", "flags", "devid")
            .bytes("pad", 12)
            .size(32);

    private Layouts() {}
}
