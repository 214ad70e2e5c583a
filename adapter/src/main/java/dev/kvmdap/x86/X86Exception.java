package dev.kvmdap.x86;

import static dev.kvmdap.x86.BitField.flag;

import java.util.Optional;

/** The exceptions of the architecture (SDM vol. 3, 6.3 and 6.15; AMD APM vol. 2, 8.2). */
public enum X86Exception {
    DIVIDE_ERROR(0, "#DE", "divide error", Type.FAULT, ErrorCode.NONE),
    DEBUG(1, "#DB", "debug exception", Type.FAULT_OR_TRAP, ErrorCode.NONE),
    NMI(2, "NMI", "non-maskable interrupt", Type.INTERRUPT, ErrorCode.NONE),
    BREAKPOINT(3, "#BP", "breakpoint", Type.TRAP, ErrorCode.NONE),
    OVERFLOW(4, "#OF", "overflow", Type.TRAP, ErrorCode.NONE),
    BOUND_RANGE(5, "#BR", "bound range exceeded", Type.FAULT, ErrorCode.NONE),
    INVALID_OPCODE(6, "#UD", "invalid opcode", Type.FAULT, ErrorCode.NONE),
    DEVICE_NOT_AVAILABLE(7, "#NM", "device not available", Type.FAULT, ErrorCode.NONE),
    DOUBLE_FAULT(8, "#DF", "double fault", Type.ABORT, ErrorCode.ZERO),
    COPROCESSOR_SEGMENT_OVERRUN(9, "#9", "coprocessor segment overrun", Type.FAULT, ErrorCode.NONE),
    INVALID_TSS(10, "#TS", "invalid TSS", Type.FAULT, ErrorCode.SELECTOR),
    SEGMENT_NOT_PRESENT(11, "#NP", "segment not present", Type.FAULT, ErrorCode.SELECTOR),
    STACK_FAULT(12, "#SS", "stack fault", Type.FAULT, ErrorCode.SELECTOR),
    GENERAL_PROTECTION(13, "#GP", "general protection", Type.FAULT, ErrorCode.SELECTOR),
    PAGE_FAULT(14, "#PF", "page fault", Type.FAULT, ErrorCode.PAGE_FAULT),
    FLOATING_POINT(16, "#MF", "x87 floating-point error", Type.FAULT, ErrorCode.NONE),
    ALIGNMENT_CHECK(17, "#AC", "alignment check", Type.FAULT, ErrorCode.ZERO),
    MACHINE_CHECK(18, "#MC", "machine check", Type.ABORT, ErrorCode.NONE),
    SIMD_FLOATING_POINT(19, "#XM", "SIMD floating-point exception", Type.FAULT, ErrorCode.NONE),
    VIRTUALIZATION(20, "#VE", "virtualization exception", Type.FAULT, ErrorCode.NONE),
    CONTROL_PROTECTION(21, "#CP", "control protection", Type.FAULT, ErrorCode.CONTROL_PROTECTION),
    HYPERVISOR_INJECTION(28, "#HV", "hypervisor injection", Type.INTERRUPT, ErrorCode.NONE),
    VMM_COMMUNICATION(29, "#VC", "VMM communication", Type.FAULT, ErrorCode.EXIT_REASON),
    SECURITY(30, "#SX", "security exception", Type.FAULT, ErrorCode.NUMBER);

    /** When the exception is reported, and whether the program can go on (SDM vol. 3, 6.5). */
    public enum Type {
        /** Before the instruction, which may be run again. */
        FAULT("fault"),
        /** After the instruction. */
        TRAP("trap"),
        /** Before or after it, as DR6 says. */
        FAULT_OR_TRAP("fault or trap"),
        /** At no certain instruction; the program cannot go on. */
        ABORT("abort"),
        /** From outside the program. */
        INTERRUPT("interrupt");

        private final String term;

        Type(String term) {
            this.term = term;
        }

        /** The SDM's word for it. */
        public String term() {
            return term;
        }
    }

    private enum ErrorCode {
        NONE,
        ZERO,
        SELECTOR,
        PAGE_FAULT,
        CONTROL_PROTECTION,
        EXIT_REASON,
        NUMBER
    }

    /** The error code of #PF (SDM vol. 3, 4.7). */
    public static final BitLayout PAGE_FAULT_ERROR_CODE = BitLayout.of(
            flag("P", 0, "the page is present: a permission was violated"),
            flag("W", 1, "a write"),
            flag("U", 2, "from CPL 3"),
            flag("RSVD", 3, "a page-table entry has a reserved bit set"),
            flag("I", 4, "an instruction fetch"),
            flag("PK", 5, "forbidden by a protection key"),
            flag("SS", 6, "a shadow-stack access"),
            flag("HLAT", 7, "during hypervisor-managed linear-address translation"),
            flag("SGX", 15, "forbidden by SGX's own access control"));

    /** The error code of #TS, #NP, #SS and #GP (SDM vol. 3, 6.13). */
    public static final BitLayout SELECTOR_ERROR_CODE = BitLayout.of(
            flag("EXT", 0, "while an event from outside the program was delivered"),
            flag("IDT", 1, "the index is of the IDT"),
            flag("TI", 2, "the index is of the LDT rather than the GDT"),
            new BitField("INDEX", 3, 15, "index of the descriptor"));

    private final int vector;
    private final String mnemonic;
    private final String term;
    private final Type type;
    private final ErrorCode errorCode;

    X86Exception(int vector, String mnemonic, String term, Type type, ErrorCode errorCode) {
        this.vector = vector;
        this.mnemonic = mnemonic;
        this.term = term;
        this.type = type;
        this.errorCode = errorCode;
    }

    /** The exception of that vector; none for vectors that are reserved or the user's. */
    public static Optional<X86Exception> of(int vector) {
        for (X86Exception exception : values()) {
            if (exception.vector == vector) {
                return Optional.of(exception);
            }
        }
        return Optional.empty();
    }

    /** The exception of that mnemonic, in any case, with or without its {@code #}. */
    public static Optional<X86Exception> named(String mnemonic) {
        String bare = mnemonic.startsWith("#") ? mnemonic.substring(1) : mnemonic;
        for (X86Exception exception : values()) {
            if (exception.mnemonic.replace("#", "").equalsIgnoreCase(bare)) {
                return Optional.of(exception);
            }
        }
        return Optional.empty();
    }

    /** Its entry in the interrupt descriptor table, 0 to 31. */
    public int vector() {
        return vector;
    }

    /** The manuals' mnemonic, such as {@code #PF}. */
    public String mnemonic() {
        return mnemonic;
    }

    /** Its name in words, such as {@code page fault}. */
    public String term() {
        return term;
    }

    /** When it is reported. */
    public Type type() {
        return type;
    }

    /** Whether the processor pushes an error code onto the handler's stack in protected and long mode. */
    public boolean hasErrorCode() {
        return errorCode != ErrorCode.NONE;
    }

    /**
     * What an error code says, in words; empty where the exception has none or the code says nothing.
     *
     * @param code as pushed onto the handler's stack
     */
    public String explain(long code) {
        return switch (errorCode) {
            case NONE, ZERO -> "";
            case SELECTOR -> explainSelector(code);
            case PAGE_FAULT -> explainPageFault(code);
            case CONTROL_PROTECTION -> explainControlProtection(code);
            case EXIT_REASON -> "SVM exit code 0x" + Long.toHexString(code);
            case NUMBER -> "code 0x" + Long.toHexString(code);
        };
    }

    private static String explainPageFault(long code) {
        StringBuilder text = new StringBuilder();
        text.append((code & 1 << 4) != 0 ? "instruction fetch" : (code & 1 << 1) != 0 ? "write" : "read");
        text.append((code & 1 << 2) != 0 ? " from CPL 3" : " by the supervisor");
        if ((code & 1 << 3) != 0) {
            text.append(", reserved bits set in a page-table entry");
        } else {
            text.append((code & 1) != 0 ? ", page present but protected" : ", page not present");
        }
        for (String name : new String[] {"PK", "SS", "HLAT", "SGX"}) {
            PAGE_FAULT_ERROR_CODE
                    .field(name)
                    .filter(field -> field.of(code) != 0)
                    .ifPresent(field -> text.append(", ").append(field.meaning()));
        }
        return text.toString();
    }

    private static String explainSelector(long code) {
        if (code == 0) {
            return "";
        }
        String table = (code & 2) != 0 ? "IDT" : (code & 4) != 0 ? "LDT" : "GDT";
        String index = "%s entry %d".formatted(table, code >>> 3 & 0x1fff);
        if ((code & 2) == 0) {
            index += " (selector 0x%x)".formatted(code & 0xfffc);
        }
        return (code & 1) != 0 ? index + ", while an external event was delivered" : index;
    }

    private static String explainControlProtection(long code) {
        String cause = switch ((int) (code & 0x7fff)) {
            case 1 -> "near return to another address than the shadow stack's";
            case 2 -> "far return or IRET to another address than the shadow stack's";
            case 3 -> "no ENDBR at the target of an indirect branch";
            case 4 -> "RSTORSSP of an invalid token";
            case 5 -> "SETSSBSY of an invalid token";
            default -> "cause 0x" + Long.toHexString(code & 0x7fff);
        };
        return (code & 0x8000) != 0 ? cause + ", inside an enclave" : cause;
    }

    /** Such as {@code #PF page fault}. */
    @Override
    public String toString() {
        return mnemonic + " " + term;
    }
}
