package dev.kvmdap.x86;

import static dev.kvmdap.x86.BitField.flag;

import java.util.ArrayList;
import java.util.List;

/** The named bits of the flags, control, debug and feature registers. */
public final class RegisterBits {

    /** SDM vol. 1, 3.4.3. */
    public static final BitLayout RFLAGS = BitLayout.of(
            flag("CF", 0, "carry or borrow out of the highest bit"),
            flag("PF", 2, "even number of ones in the low byte"),
            flag("AF", 4, "carry or borrow out of bit 3, for BCD"),
            flag("ZF", 6, "the result is zero"),
            flag("SF", 7, "the result is negative"),
            flag("TF", 8, "single-step trap after each instruction"),
            flag("IF", 9, "maskable interrupts are admitted"),
            flag("DF", 10, "string instructions count downwards"),
            flag("OF", 11, "the signed result overflowed"),
            new BitField("IOPL", 12, 13, "highest privilege level that may access ports"),
            flag("NT", 14, "the current task was called by another"),
            flag("RF", 16, "no instruction breakpoint on the next instruction"),
            flag("VM", 17, "virtual-8086 mode"),
            flag("AC", 18, "alignment is checked; with SMAP, user pages are open to the supervisor"),
            flag("VIF", 19, "the virtual image of IF"),
            flag("VIP", 20, "a virtual interrupt is pending"),
            flag("ID", 21, "CPUID exists if this bit can be changed"));

    /** SDM vol. 3, 2.5. */
    public static final BitLayout CR0 = BitLayout.of(
            flag("PE", 0, "protected mode"),
            flag("MP", 1, "WAIT obeys TS"),
            flag("EM", 2, "no x87: its instructions raise #NM"),
            flag("TS", 3, "task switched: the next FPU or SSE instruction raises #NM"),
            flag("ET", 4, "387 math coprocessor; fixed to 1"),
            flag("NE", 5, "x87 errors raise #MF rather than an external interrupt"),
            flag("WP", 16, "read-only pages bind the supervisor too"),
            flag("AM", 18, "RFLAGS.AC checks alignment"),
            flag("NW", 29, "not write-through; with CD, caches are not coherent"),
            flag("CD", 30, "caches take in nothing new"),
            flag("PG", 31, "paging"));

    private static final List<BitField> CR3_TOP_TABLE = List.of(
            new BitField("TABLE", 12, 51, "physical page number of the top page table"),
            flag("LAM_U57", 61, "user pointers carry data in bits 62:57"),
            flag("LAM_U48", 62, "user pointers carry data in bits 62:48"));

    /** SDM vol. 3, 2.5 and table 4-12, while CR4.PCIDE = 0. */
    public static final BitLayout CR3 = withTopTable(
            flag("PWT", 3, "the top page table is cached write-through"),
            flag("PCD", 4, "the top page table is not cached"));

    /** CR3 while CR4.PCIDE = 1 (SDM vol. 3, table 4-13). */
    public static final BitLayout CR3_WITH_PCID =
            withTopTable(new BitField("PCID", 0, 11, "identifier of the address space in the TLB"));

    /** SDM vol. 3, 2.5. */
    public static final BitLayout CR4 = BitLayout.of(
            flag("VME", 0, "virtual-8086 mode has virtual interrupts"),
            flag("PVI", 1, "protected mode has virtual interrupts"),
            flag("TSD", 2, "RDTSC is the supervisor's alone"),
            flag("DE", 3, "I/O breakpoints exist; DR4 and DR5 do not"),
            flag("PSE", 4, "4 MiB pages in 32-bit paging"),
            flag("PAE", 5, "page-table entries of eight bytes"),
            flag("MCE", 6, "machine checks raise #MC"),
            flag("PGE", 7, "global pages survive a load of CR3"),
            flag("PCE", 8, "RDPMC at every privilege level"),
            flag("OSFXSR", 9, "SSE, and FXSAVE of its state"),
            flag("OSXMMEXCPT", 10, "SSE errors raise #XM"),
            flag("UMIP", 11, "SGDT, SIDT, SLDT, STR and SMSW are the supervisor's alone"),
            flag("LA57", 12, "5-level paging"),
            flag("VMXE", 13, "VMX instructions"),
            flag("SMXE", 14, "safer mode extensions"),
            flag("FSGSBASE", 16, "RDFSBASE, WRGSBASE and their like"),
            flag("PCIDE", 17, "CR3 carries a process-context identifier"),
            flag("OSXSAVE", 18, "XSAVE and its like, and XCR0"),
            flag("KL", 19, "AES Key Locker"),
            flag("SMEP", 20, "the supervisor executes no user page"),
            flag("SMAP", 21, "the supervisor accesses no user page while RFLAGS.AC = 0"),
            flag("PKE", 22, "protection keys for user pages"),
            flag("CET", 23, "control-flow enforcement"),
            flag("PKS", 24, "protection keys for supervisor pages"),
            flag("UINTR", 25, "user interrupts"),
            flag("LASS", 27, "user and supervisor addresses are kept apart by bit 63"),
            flag("LAM_SUP", 28, "supervisor pointers carry data in their upper bits"),
            flag("FRED", 32, "flexible return and event delivery"));

    /** SDM vol. 3, 11.8.6.1. */
    public static final BitLayout CR8 =
            BitLayout.of(new BitField("TPR", 0, 3, "interrupts of this priority class and below are held back"));

    /** IA32_EFER: SDM vol. 3, 2.2.1; AMD APM vol. 2, 3.1.7. */
    public static final BitLayout EFER = BitLayout.of(
            flag("SCE", 0, "SYSCALL and SYSRET"),
            flag("LME", 8, "long mode begins when paging does"),
            flag("LMA", 10, "long mode is active"),
            flag("NXE", 11, "pages may forbid execution"),
            flag("SVME", 12, "SVM instructions (AMD)"),
            flag("LMSLE", 13, "segment limits in long mode (AMD)"),
            flag("FFXSR", 14, "FXSAVE leaves out XMM at CPL 0 (AMD)"),
            flag("TCE", 15, "INVLPG spares upper-level TLB entries (AMD)"),
            flag("MCOMMIT", 17, "MCOMMIT instruction (AMD)"),
            flag("INTWB", 18, "WBINVD can be interrupted (AMD)"),
            flag("UAIE", 20, "the upper address bits are ignored (AMD)"),
            flag("AIBRSE", 21, "automatic IBRS (AMD)"));

    /** SDM vol. 3, 18.2.3; without BLD and RTM, which are 1 when nothing happened. */
    public static final BitLayout DR6 = BitLayout.of(
            flag("B0", 0, "the condition of breakpoint 0 was met"),
            flag("B1", 1, "the condition of breakpoint 1 was met"),
            flag("B2", 2, "the condition of breakpoint 2 was met"),
            flag("B3", 3, "the condition of breakpoint 3 was met"),
            flag("BD", 13, "the next instruction accesses a debug register while DR7.GD = 1"),
            flag("BS", 14, "single step"),
            flag("BT", 15, "task switch"));

    /** SDM vol. 3, 18.2.4. */
    public static final BitLayout DR7 = debugControl();

    /** SDM vol. 1, 10.2.3. */
    public static final BitLayout MXCSR = BitLayout.of(
            flag("IE", 0, "invalid operation"),
            flag("DE", 1, "denormal operand"),
            flag("ZE", 2, "division by zero"),
            flag("OE", 3, "overflow"),
            flag("UE", 4, "underflow"),
            flag("PE", 5, "the result is not exact"),
            flag("DAZ", 6, "denormal operands count as zeros"),
            flag("IM", 7, "invalid operations raise nothing"),
            flag("DM", 8, "denormal operands raise nothing"),
            flag("ZM", 9, "divisions by zero raise nothing"),
            flag("OM", 10, "overflows raise nothing"),
            flag("UM", 11, "underflows raise nothing"),
            flag("PM", 12, "results that are not exact raise nothing"),
            new BitField("RC", 13, 14, "rounding: 0 to nearest, 1 down, 2 up, 3 towards zero"),
            flag("FZ", 15, "results that underflow become zeros"),
            flag("MM", 17, "misaligned operands are allowed (AMD)"));

    /** The x87 control word: SDM vol. 1, 8.1.5. */
    public static final BitLayout X87_CONTROL = BitLayout.of(
            flag("IM", 0, "invalid operations raise nothing"),
            flag("DM", 1, "denormal operands raise nothing"),
            flag("ZM", 2, "divisions by zero raise nothing"),
            flag("OM", 3, "overflows raise nothing"),
            flag("UM", 4, "underflows raise nothing"),
            flag("PM", 5, "results that are not exact raise nothing"),
            new BitField("PC", 8, 9, "precision: 0 float, 2 double, 3 extended"),
            new BitField("RC", 10, 11, "rounding: 0 to nearest, 1 down, 2 up, 3 towards zero"),
            flag("X", 12, "infinities have a sign; of the 287 only"));

    /** The x87 status word: SDM vol. 1, 8.1.3. */
    public static final BitLayout X87_STATUS = BitLayout.of(
            flag("IE", 0, "invalid operation"),
            flag("DE", 1, "denormal operand"),
            flag("ZE", 2, "division by zero"),
            flag("OE", 3, "overflow"),
            flag("UE", 4, "underflow"),
            flag("PE", 5, "the result is not exact"),
            flag("SF", 6, "the register stack overflowed or was empty"),
            flag("ES", 7, "an error is not masked"),
            flag("C0", 8, "condition code 0"),
            flag("C1", 9, "condition code 1"),
            flag("C2", 10, "condition code 2"),
            new BitField("TOP", 11, 13, "the physical register that is ST0"),
            flag("C3", 14, "condition code 3"),
            flag("B", 15, "the same as ES"));

    /** The x87 tag word, by physical register: SDM vol. 1, 8.1.7. */
    public static final BitLayout X87_TAGS = tags();

    /** SDM vol. 3, 2.6. */
    public static final BitLayout XCR0 = BitLayout.of(
            flag("X87", 0, "x87 state; always 1"),
            flag("SSE", 1, "XMM registers and MXCSR"),
            flag("AVX", 2, "upper halves of YMM registers"),
            flag("BNDREGS", 3, "bounds registers"),
            flag("BNDCSR", 4, "configuration of bounds checking"),
            flag("OPMASK", 5, "mask registers of AVX-512"),
            flag("ZMM_HI256", 6, "upper halves of ZMM0 to ZMM15"),
            flag("HI16_ZMM", 7, "ZMM16 to ZMM31"),
            flag("PKRU", 9, "protection keys of user pages"),
            flag("TILECFG", 17, "configuration of tiles"),
            flag("TILEDATA", 18, "tiles"),
            flag("APX", 19, "extended general registers"));

    /** SDM vol. 3, 4.6.2. */
    public static final BitLayout PKRU = protectionKeys();

    private RegisterBits() {}

    private static BitLayout tags() {
        List<BitField> fields = new ArrayList<>();
        for (int register = 0; register < 8; register++) {
            fields.add(new BitField(
                    "TAG" + register,
                    2 * register,
                    2 * register + 1,
                    "R" + register + ": 0 valid, 1 zero, 2 special, 3 empty"));
        }
        return new BitLayout(fields);
    }

    private static BitLayout protectionKeys() {
        List<BitField> fields = new ArrayList<>();
        for (int key = 0; key < 16; key++) {
            fields.add(flag("AD" + key, 2 * key, "user pages with key " + key + " cannot be accessed"));
            fields.add(flag("WD" + key, 2 * key + 1, "user pages with key " + key + " cannot be written"));
        }
        return new BitLayout(fields);
    }

    private static BitLayout withTopTable(BitField... lowBits) {
        List<BitField> fields = new ArrayList<>(List.of(lowBits));
        fields.addAll(CR3_TOP_TABLE);
        return new BitLayout(fields);
    }

    private static BitLayout debugControl() {
        List<BitField> fields = new ArrayList<>();
        for (int slot = 0; slot < 4; slot++) {
            fields.add(flag("L" + slot, 2 * slot, "breakpoint " + slot + " is armed for this task"));
            fields.add(flag("G" + slot, 2 * slot + 1, "breakpoint " + slot + " is armed"));
        }
        fields.add(flag("LE", 8, "exact data breakpoints for this task; ignored since the P6"));
        fields.add(flag("GE", 9, "exact data breakpoints; ignored since the P6"));
        fields.add(flag("RTM", 11, "debugging of transactions"));
        fields.add(flag("GD", 13, "a MOV to or from a debug register raises #DB"));
        for (int slot = 0; slot < 4; slot++) {
            int low = 16 + 4 * slot;
            fields.add(new BitField(
                    "RW" + slot,
                    low,
                    low + 1,
                    "breakpoint " + slot + " is for 0 execution, 1 writes, 2 ports, 3 reads and writes"));
            fields.add(new BitField(
                    "LEN" + slot,
                    low + 2,
                    low + 3,
                    "breakpoint " + slot + " covers 0 one byte, 1 two, 2 eight, 3 four"));
        }
        return new BitLayout(fields);
    }
}
