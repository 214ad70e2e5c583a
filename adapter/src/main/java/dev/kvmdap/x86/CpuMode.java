package dev.kvmdap.x86;

/** The operating modes of the processor (SDM vol. 3, 2.2) that change how code and addresses are read. */
public enum CpuMode {
    /** CR0.PE = 0: 16-bit code, linear address = selector * 16 + offset. */
    REAL("real"),
    /** CR0.PE = 1, EFER.LMA = 0: 16- or 32-bit code as CS.D says. */
    PROTECTED("protected"),
    /** EFER.LMA = 1, CS.L = 0: 16- or 32-bit code under 64-bit paging. */
    COMPATIBILITY("compatibility"),
    /** EFER.LMA = 1, CS.L = 1: 64-bit code. */
    LONG("long");

    private final String term;

    CpuMode(String term) {
        this.term = term;
    }

    /** The mode's name in launch configurations and messages, in lower case. */
    public String term() {
        return term;
    }

    /**
     * The mode that these registers select.
     *
     * @param cr0 control register 0
     * @param efer IA32_EFER
     * @param csLong CS.L of the loaded code segment
     */
    public static CpuMode of(long cr0, long efer, boolean csLong) {
        if ((cr0 & 1) == 0) {
            return REAL;
        }
        if ((efer & 1 << 10) == 0) {
            return PROTECTED;
        }
        return csLong ? LONG : COMPATIBILITY;
    }
}
