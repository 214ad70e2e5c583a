package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;

/**
 * Memory and system registers of {@link ProbeGuest}: descriptor tables, page tables and one small program, the same in every CPU
 * mode. Each interrupt and exception has a handler that writes its vector to {@link #VECTOR_PORT}. All numbers are
 * guest-physical addresses, and linear ones too.
 */
final class ProbeGuestLayout {
    static final int GDT = 0x500;
    static final int TSS = 0x600;
    static final int CODE = 0x1000;
    static final int DATA = 0x2000;
    static final int STACK_TOP = 0x3000;
    static final int PML4 = 0x4000;
    static final int PDPT = 0x5000;
    static final int PAGE_DIRECTORY = 0x6000;
    static final int IDT = 0x7000;
    static final int HANDLERS = 0x8000;
    /** A page whose protection in KVM's mapping is changed. */
    static final int PROTECTED_PAGE = 0x9000;
    /** A page in a read-only slot. */
    static final int READ_ONLY_PAGE = 0xa000;
    /** Page directory for 32-bit paging: maps what there is to itself, and {@link #PAGED_DATA} to {@link #DATA}. */
    static final int PAGE_DIRECTORY_32 = 0xb000;

    static final int PAGE_TABLE_32 = 0xc000;
    static final int MEMORY = 0x10000;
    /** A linear address, under 32-bit paging only. */
    static final int PAGED_DATA = 0x100000;
    /** Code for protected mode: reads 32 bits at {@link #PAGED_DATA} into EAX. */
    static final int[] LOAD_PAGED_DATA = {0xa1, 0x00, 0x00, 0x10, 0x00};
    /** Code for protected mode: stores EAX, which is 0, to the task priority register of the local APIC. */
    static final int[] STORE_TASK_PRIORITY = {0xa3, 0x80, 0x00, 0xe0, 0xfe};
    /** UD2, which raises #UD. */
    static final int[] UNDEFINED = {0x0f, 0x0b};
    /** Where handlers write their vector. */
    static final int VECTOR_PORT = 0x40;

    private static final int CODE_BYTES = 0x40;
    private static final int HANDLER_BYTES = 8;
    private static final int VECTORS = 256;
    private static final int NOP = 0x90;
    private static final int HLT = 0xf4;

    private static final int CODE_64 = 0x08;
    private static final int FLAT_DATA = 0x10;
    private static final int CODE_32 = 0x18;
    private static final int TASK = 0x20;
    private static final int USER_CODE_64 = 0x30;
    private static final int USER_CODE_32 = 0x38;
    private static final int USER_DATA = 0x40;
    private static final int GDT_LIMIT = 0x47;

    private static final int TYPE_CODE = 11;
    private static final int TYPE_DATA = 3;
    private static final int TYPE_BUSY_TSS = 11;
    private static final int TSS_LIMIT = 0x67;

    private static final long CR0_REAL = 0x10;
    private static final long CR0_PROTECTED = 0x11;
    private static final long CR0_PAGING = 0x80000000L;
    private static final long CR4_PAE = 0x20;
    private static final long EFER_LONG = 0x500;
    private static final int PRESENT_WRITABLE_USER = 7;
    private static final int LARGE_PAGE = 0x80;

    private final MappedMemory memory;

    ProbeGuestLayout(MappedMemory memory) {
        this.memory = memory;
        writeHandlers();
        writeDescriptors();
        writePageTables();
    }

    /** Code, then NOPs, then a HLT that ends the run. */
    void writeCode(int... code) {
        memory.fill(CODE, CODE_BYTES, (byte) NOP);
        memory.putByte(CODE + CODE_BYTES, (byte) HLT);
        for (int i = 0; i < code.length; i++) {
            memory.putByte(CODE + i, (byte) code[i]);
        }
    }

    private void writeHandlers() {
        for (int vector = 0; vector < VECTORS; vector++) {
            int[] code = {0xb0, vector, 0xe6, VECTOR_PORT, HLT};
            for (int i = 0; i < code.length; i++) {
                memory.putByte(handler(vector) + i, (byte) code[i]);
            }
        }
    }

    static int handler(int vector) {
        return HANDLERS + HANDLER_BYTES * vector;
    }

    private void writeDescriptors() {
        memory.putLong(GDT + CODE_64, 0x00af9b000000ffffL);
        memory.putLong(GDT + FLAT_DATA, 0x00cf93000000ffffL);
        memory.putLong(GDT + CODE_32, 0x00cf9b000000ffffL);
        memory.putLong(GDT + TASK, 0x00008b0000000000L | (long) TSS << 16 | TSS_LIMIT);
        memory.putLong(GDT + USER_CODE_64, 0x00affb000000ffffL);
        memory.putLong(GDT + USER_CODE_32, 0x00cffb000000ffffL);
        memory.putLong(GDT + USER_DATA, 0x00cff3000000ffffL);
    }

    private void writePageTables() {
        memory.putLong(PML4, PDPT | PRESENT_WRITABLE_USER);
        memory.putLong(PDPT, PAGE_DIRECTORY | PRESENT_WRITABLE_USER);
        memory.putLong(PAGE_DIRECTORY, PRESENT_WRITABLE_USER | LARGE_PAGE);
        memory.putInt(PAGE_DIRECTORY_32, PAGE_TABLE_32 | PRESENT_WRITABLE_USER);
        for (int page = 0; page < MEMORY; page += MappedMemory.PAGE) {
            memory.putInt(pageTableEntry32(page), page | PRESENT_WRITABLE_USER);
        }
        memory.putInt(pageTableEntry32(PAGED_DATA), DATA | PRESENT_WRITABLE_USER);
    }

    private static int pageTableEntry32(int linear) {
        return PAGE_TABLE_32 + linear / MappedMemory.PAGE * Integer.BYTES;
    }

    /** Sets the registers and tables of a mode, at privilege level 0. */
    void enter(CpuMode mode, Sregs sregs) {
        enter(mode, sregs, code(mode, CODE_64, CODE_32), FLAT_DATA, 0);
    }

    /** Sets the registers and tables of a mode other than real mode, at privilege level 3. */
    void enterUser(CpuMode mode, Sregs sregs) {
        enter(mode, sregs, code(mode, USER_CODE_64, USER_CODE_32), USER_DATA, 3);
    }

    private static int code(CpuMode mode, int selector64, int selector32) {
        return mode == CpuMode.LONG ? selector64 : selector32;
    }

    private void enter(CpuMode mode, Sregs sregs, int code, int data, int privilegeLevel) {
        boolean real = mode == CpuMode.REAL;
        boolean ia32e = mode == CpuMode.LONG || mode == CpuMode.COMPATIBILITY;
        boolean is64 = mode == CpuMode.LONG;
        segment(sregs.cs(), real, code, TYPE_CODE, privilegeLevel);
        sregs.cs().l(is64);
        sregs.cs().db(!real && !is64);
        for (Segment segment : new Segment[] {sregs.ds(), sregs.es(), sregs.fs(), sregs.gs(), sregs.ss()}) {
            segment(segment, real, data, TYPE_DATA, privilegeLevel);
        }
        task(sregs.tr());
        sregs.gdt().base(GDT);
        sregs.gdt().limit(GDT_LIMIT);
        sregs.cr0(real ? CR0_REAL : ia32e ? CR0_PROTECTED | CR0_PAGING : CR0_PROTECTED);
        sregs.cr3(ia32e ? PML4 : 0);
        sregs.cr4(ia32e ? CR4_PAE : 0);
        sregs.efer(ia32e ? EFER_LONG : 0);
        if (real) {
            writeRealModeVectors(sregs.idt());
        } else if (ia32e) {
            writeGates64(sregs.idt());
        } else {
            writeGates32(sregs.idt());
        }
    }

    private static void segment(Segment segment, boolean real, int selector, int type, int privilegeLevel) {
        segment.base(0);
        segment.limit(real ? 0xffff : 0xffffffff);
        segment.selector(real ? 0 : selector | privilegeLevel);
        segment.type(type);
        segment.present(true);
        segment.dpl(privilegeLevel);
        segment.db(!real);
        segment.s(true);
        segment.l(false);
        segment.g(!real);
        segment.avl(false);
        segment.unusable(false);
    }

    private void task(Segment tr) {
        tr.base(TSS);
        tr.limit(TSS_LIMIT);
        tr.selector(TASK);
        tr.type(TYPE_BUSY_TSS);
        tr.present(true);
        tr.dpl(0);
        tr.db(false);
        tr.s(false);
        tr.l(false);
        tr.g(false);
        tr.unusable(false);
        memory.putLong(TSS + 4, STACK_TOP);
    }

    private void writeRealModeVectors(DescriptorTable idt) {
        for (int vector = 0; vector < VECTORS; vector++) {
            int entry = Integer.BYTES * vector;
            memory.putInt(entry, handler(vector));
        }
        idt.base(0);
        idt.limit(Integer.BYTES * VECTORS - 1);
    }

    private void writeGates32(DescriptorTable idt) {
        for (int vector = 0; vector < VECTORS; vector++) {
            int entry = IDT + 8 * vector;
            memory.putLong(entry, gate(vector, CODE_32));
        }
        memory.putInt(TSS + 8, FLAT_DATA);
        idt.base(IDT);
        idt.limit(8 * VECTORS - 1);
    }

    private void writeGates64(DescriptorTable idt) {
        for (int vector = 0; vector < VECTORS; vector++) {
            int entry = IDT + 16 * vector;
            memory.putLong(entry, gate(vector, CODE_64));
            memory.putLong(entry + 8, 0);
        }
        idt.base(IDT);
        idt.limit(16 * VECTORS - 1);
    }

    /** An interrupt gate (SDM vol. 3, 6.11) that any privilege level may use. */
    private static long gate(int vector, int selector) {
        return handler(vector) | (long) selector << 16 | 0xee00L << 32;
    }
}
