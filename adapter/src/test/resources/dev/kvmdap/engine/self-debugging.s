# A guest that debugs itself, and writes down what it sees: breakpoint instructions, the trap flag, debug registers. Built for
# 16 bits (MODE=16, linked at 0x7c00), 32 (MODE=32) and 64 (MODE=64, both at 0x100000).
        .if MODE == 16
        .code16
        .set WORD, 2
        .set CODE_SEGMENT, 0
        .elseif MODE == 32
        .code32
        .set WORD, 4
        .set CODE_SEGMENT, 0x08
        .else
        .code64
        .set WORD, 8
        .set CODE_SEGMENT, 0x08
        .endif

        .if MODE == 64
        a = %rax
        b = %rbx
        top = %rsp
        .set SAVED, 16
        .else
        a = %eax
        b = %ebx
        top = %esp
        .set SAVED, 8
        .endif

        .set TRAP_FLAG, 0x100
        .set RESUME_FLAG, 0x10000
        .set ENTRY, 32
        .set IMAGE, 0x100
        .set REGISTERS, 0x200

        .macro return_from_interrupt
        .if MODE == 16
        iretw
        .elseif MODE == 32
        iretl
        .else
        iretq
        .endif
        .endm

        .macro frame_word number            # into EAX
        .if MODE == 16
        movzwl SAVED + 2 * \number(%esp), %eax
        .else
        movl SAVED + WORD * \number(top), %eax
        .endif
        .endm

        .macro set_debug_register number, value
        mov $\value, %eax
        mov a, %dr\number
        .endm

# Writes an entry: what happened, the instruction pointer and the flags that were saved, DR6, DR7.
        .macro log_event vector
        push a
        push b
        mov log, b
        movl $\vector, (b)
        frame_word 0
        movl %eax, 4(b)
        frame_word 2
        movl %eax, 8(b)
        mov %dr6, a
        movl %eax, 12(b)
        mov %dr7, a
        movl %eax, 16(b)
        add $ENTRY, b
        mov b, log
        .endm

# Writes an entry with the flags as PUSHF shows them.
        .macro log_flags
        pushf
        push b
        mov log, b
        movl $IMAGE, (b)
        add $ENTRY, b
        mov b, log
        pop b
        .if MODE == 16
        popw %ax
        movzwl %ax, %eax
        .else
        pop a
        .endif
        push b
        mov log, b
        movl %eax, 8 - ENTRY(b)
        pop b
        .endm

        .macro set_trap_flag
        pushf
        orw $TRAP_FLAG, (top)
        popf
        .endm

        .macro clear_trap_flag
        pushf
        andw $~TRAP_FLAG, (top)
        popf
        .endm

        .text
        .globl start
start:  lidt idt
        call checkpoint

own_breakpoints:
        int3
        nop
        .byte 0xcd, 0x03                # INT n with the vector of INT3
        nop
        .byte 0xf1                      # ICEBP
        nop
        .if MODE != 64
        mov $0x7f, %al
        add $1, %al
        into
        nop
        .endif
        call checkpoint
        log_flags
        call checkpoint

own_steps:
        set_trap_flag
        nop
        inc %ecx
        call nested
        mov %ss, %ax
        mov %ax, %ss
        nop
        nop
        clear_trap_flag
        call checkpoint

own_flags:
        set_trap_flag
        pushf
        nop
        pop a
        mov %eax, seen
        clear_trap_flag
        call checkpoint

own_steps_through_ports:
        set_trap_flag
        in $0x61, %al
        nop
        out %al, $0xed
        nop
        nop
        xor %eax, %eax
        cpuid
        nop
        clear_trap_flag
        call checkpoint

own_steps_into_handlers:
        set_trap_flag
        int3
        nop
        .byte 0xf1
        nop
        ud2
        nop
        clear_trap_flag
        call checkpoint

own_steps_of_strings:
        mov $2, %ecx
        mov $buffer, %edi
        cld
        set_trap_flag
        rep stosb
        nop
        clear_trap_flag
        call checkpoint

own_steps_from_a_frame:
        .if MODE == 64
        mov %rsp, %rax
        mov %ss, %bx
        push %rbx
        push %rax
        .endif
        pushf
        orw $TRAP_FLAG, (top)
        .if MODE == 16
        pushw %cs
        pushw $stepped_from_a_frame
        .else
        mov %cs, %ax
        movzwl %ax, %eax
        push a
        push $stepped_from_a_frame
        .endif
        return_from_interrupt
stepped_from_a_frame:
        nop
        nop
        clear_trap_flag
        call checkpoint

own_execute_breakpoint:
        set_debug_register 0, executed
        set_debug_register 7, 0x402
        call checkpoint
        nop
executed:
        nop
        call checkpoint
        set_debug_register 3, executed_again
        set_debug_register 7, 0x480
        call checkpoint
executed_again:
        inc %ecx
        set_debug_register 7, 0x400
        call checkpoint

own_data_breakpoints:
        set_debug_register 1, written
        set_debug_register 2, read
        set_debug_register 7, 0x0fd00428 # DR1: writes of 4 bytes; DR2: reads and writes of 4 bytes
        call checkpoint
        movl $1, written
        nop
        mov read, %eax
        nop
        set_trap_flag
        movl $2, written
        nop
        clear_trap_flag
        set_debug_register 7, 0x400
        call checkpoint

own_execute_breakpoint_in_steps:
        set_debug_register 2, executed_in_steps
        set_debug_register 7, 0x420
        call checkpoint
        set_trap_flag
        nop
executed_in_steps:
        nop
        clear_trap_flag
        set_debug_register 7, 0x400
        call checkpoint

own_port_breakpoint:
        mov %cr4, a
        or $8, %eax                     # CR4.DE
        mov a, %cr4
        set_debug_register 3, 0xed
        set_debug_register 7, 0x20000480
        call checkpoint
        out %al, $0xed
        nop
        set_debug_register 7, 0x400
        call checkpoint

own_access_detection:
        set_debug_register 7, 0x2400
        mov %dr0, a
        nop
        set_debug_register 7, 0x400
        call checkpoint

        call log_registers
        jmp end

nested: nop
        ret

# Writes an entry with the debug registers.
log_registers:
        mov log, b
        movl $REGISTERS, (b)
        mov %dr0, a
        mov %eax, 4(b)
        mov %dr1, a
        mov %eax, 8(b)
        mov %dr2, a
        mov %eax, 12(b)
        mov %dr3, a
        mov %eax, 16(b)
        mov %dr6, a
        mov %eax, 20(b)
        mov %dr7, a
        mov %eax, 24(b)
        add $ENTRY, b
        mov b, log
        ret

# Where the debugger has its hardware breakpoints and watches a counter.
checkpoint:
        incl passed                     # MARK: checkpoint
        ret                             # MARK: after the checkpoint

end:    nop                             # MARK: end
        mov $0x10, %al
        out %al, $0xf4

on_debug_exception:
        log_event 1                     # MARK: debug exception
        mov %dr6, a
        test $0xf, %al
        jz passed_by
        frame_word 0
        cmp $executed, %eax
        je pass
        cmp $executed_again, %eax
        je pass
        cmp $executed_in_steps, %eax
        jne passed_by
pass:   .if MODE == 16                  # the saved flags have no RF: only without the breakpoint can it go on
        set_debug_register 7, 0x400
        .else
        orl $RESUME_FLAG, SAVED + 2 * WORD(top)
        .endif
passed_by:
        mov $0xffff0ff0, %eax
        mov a, %dr6
        pop b
        pop a
        return_from_interrupt

on_breakpoint:
        log_event 3                     # MARK: breakpoint exception
        pop b
        pop a
        return_from_interrupt

on_overflow:
        log_event 4
        pop b
        pop a
        return_from_interrupt

on_invalid_opcode:
        log_event 6
        .if MODE == 16
        addw $2, SAVED(%esp)
        .else
        addl $2, SAVED(top)
        .endif
        pop b
        pop a
        return_from_interrupt

on_other:
        log_event 0xff
        mov $0x20, %al
        out %al, $0xf4

        .macro gate handler
        .if MODE == 16
        .word \handler - start + 0x7c00, 0
        .elseif MODE == 32
        .word \handler - start, CODE_SEGMENT, 0x8e00, 0x10
        .else
        .word \handler - start, CODE_SEGMENT, 0x8e00, 0x10, 0, 0, 0, 0
        .endif
        .endm

        .balign 16
table:  gate on_other
        gate on_debug_exception
        gate on_other
        gate on_breakpoint
        gate on_overflow
        gate on_other
        gate on_invalid_opcode
        .rept 25
        gate on_other
        .endr
table_end:
idt:    .word table_end - table - 1
        .if MODE == 64
        .quad table
        .else
        .long table
        .endif
        .balign 8
log:    .long entries, 0
passed: .long 0
seen:   .long 0
written: .long 0
read:   .long 0

        .bss
        .balign 4096
buffer: .skip 4096                      # a page of its own: writes to one that the debugger traps come one by one
        .globl entries
entries: .skip 4096 * 2
