        .text
        .globl _start
_start:
        .cfi_startproc
        .cfi_undefined rip
        nop
        push %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        nop
        .cfi_remember_state
        pop %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        ret
        .cfi_restore_state
        .cfi_same_value r12
        .cfi_register r13, r8
        .cfi_val_offset r14, -24
        nop
        .cfi_def_cfa rbp, 16
        .cfi_offset r15, -0x4000
        nop
        .cfi_def_cfa_register r10
        .skip 300
        .cfi_def_cfa_offset 1000
        .skip 70000
        .cfi_offset rbp, 8
        nop
        # DW_CFA_def_cfa_expression, 2 bytes: DW_OP_breg7 8
        .cfi_escape 0x0f, 0x02, 0x77, 0x08
        nop
        # DW_CFA_expression of rsi, 2 bytes: DW_OP_plus_uconst 8
        .cfi_escape 0x10, 0x04, 0x02, 0x23, 0x08
        # DW_CFA_val_expression of rdi, 1 byte: DW_OP_lit5
        .cfi_escape 0x16, 0x05, 0x01, 0x35
        nop
        .cfi_endproc

handler:
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_def_cfa rsp, 40
        .cfi_offset rip, -40
        .cfi_offset rsp, -16
        nop
        .cfi_endproc
