package dev.kvmdap.x86;

/** What an instruction does, as far as stepping over or through it must know. */
public enum InstructionKind {
    /** Near CALL: pushes a return address in the same code segment. */
    CALL,
    /** Far CALL: pushes CS and a return address; may change the code width. */
    CALL_FAR,
    /** Near RET, with or without releasing parameters. */
    RET,
    /** Far RET. */
    RET_FAR,
    /** INT n, INT3, INT1 or INTO; {@link Instruction#vector} says which. */
    INT,
    /** IRET, IRETD or IRETQ: loads RFLAGS, CS and the instruction pointer. */
    IRET,
    /** SYSCALL. */
    SYSCALL,
    /** SYSRET. */
    SYSRET,
    /** SYSENTER. */
    SYSENTER,
    /** SYSEXIT. */
    SYSEXIT,
    /** PUSHF: the pushed image carries a TF that the debugger has set. */
    PUSHF,
    /** POPF: loads TF. */
    POPF,
    /** A string instruction under REP, REPE or REPNE, those on ports included. */
    REP_STRING,
    /** HLT. */
    HLT,
    /** STI: holds interrupts back for one more instruction. */
    STI,
    /**
     * MOV to SS or POP SS: holds interrupts and debug exceptions back for one more instruction (SDM vol. 3, 6.8.3); LSS
     * does not.
     */
    LOAD_SS,
    /** IN or a single INS. */
    PORT_IN,
    /** OUT or a single OUTS. */
    PORT_OUT,
    /** MOV to a control register, or LMSW: may change the CPU's mode or the paging. */
    MOV_TO_CR,
    /** MOV from or to a debug register. */
    MOV_DR,
    /** Far JMP: may change the code width. */
    JMP_FAR,
    /** VMCALL or VMMCALL. */
    HYPERCALL,
    /** Anything else, and bytes that are no instruction or too few to tell. */
    OTHER
}
