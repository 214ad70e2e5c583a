# Instructions that are hard to step, and handlers for what they cause. Built for 16 bits (MODE=16, linked at 0x7c00) and
# for 64 (MODE=64, linked at 0x100000).
        .if MODE == 16
        .code16
        .set WORD, 2
        .macro return_from_interrupt
        iretw
        .endm
        .macro skip_instruction
        push %bp
        mov %sp, %bp
        addw $2, 2(%bp)
        pop %bp
        .endm
        .else
        .code64
        .set WORD, 8
        .macro return_from_interrupt
        andl $~0x10000, 16(%rsp)        # QEMU's processor saves RF with an interrupt: it hides the next breakpoint
        iretq
        .endm
        .macro skip_instruction
        addq $2, (%rsp)
        .endm
        .endif

        .text
        .globl start
start:  lidt idt
ready:  nop                             # MARK: ready

flags:  pushf                           # MARK: pushf
        nop                             # MARK: after pushf
        popf                            # MARK: popf
        nop                             # MARK: after popf
        jmp end

calls:  int $0x20                       # MARK: int
        nop                             # MARK: after int
        int $0x20
        jmp end

breaks: int3                            # MARK: own breakpoint
        nop                             # MARK: after own breakpoint
        jmp end

faults: ud2                             # MARK: fault
        nop
        nop
        jmp end

# Waits for three ticks of the timer.
waits:  mov $0x11, %al                  # both interrupt controllers: initialise, vectors from 0x20 and 0x28
        out %al, $0x20
        out %al, $0xa0
        mov $0x20, %al
        out %al, $0x21
        mov $0x28, %al
        out %al, $0xa1
        mov $0x04, %al
        out %al, $0x21
        mov $0x02, %al
        out %al, $0xa1
        mov $0x01, %al
        out %al, $0x21
        out %al, $0xa1
        mov $0xfe, %al                  # the timer only
        out %al, $0x21
        mov $0xff, %al
        out %al, $0xa1
        mov $0x34, %al                  # channel 0, mode 2: every 11932th of 1193182 Hz, a hundred a second
        out %al, $0x43
        mov $0x9c, %al
        out %al, $0x40
        mov $0x2e, %al
        out %al, $0x40
        mov $3, %cx
idle:   sti
        hlt                             # MARK: hlt
        dec %cx                         # MARK: after hlt
        jnz idle
        cli
        jmp end

end:    nop                             # MARK: end
        mov $0x10, %al
        out %al, $0xf4

on_interrupt:
        incb counter                    # MARK: interrupt handler
        push %ax
        mov $0x20, %al
        out %al, $0x20
        pop %ax
        return_from_interrupt

on_breakpoint:
        incb counter                    # MARK: breakpoint handler
        return_from_interrupt

on_invalid_opcode:
        incb counter                    # MARK: fault handler
        skip_instruction
        return_from_interrupt

on_debug_exception:                     # nobody sets the guest's own trap flag or debug registers
        mov $0x20, %al
        out %al, $0xf4

        .balign 16
        .macro gate handler
        .if MODE == 16
        .word \handler - start + 0x7c00, 0
        .else
        .word \handler - start, 0x08, 0x8e00, 0x10, 0, 0, 0, 0
        .endif
        .endm
table:  .skip 2 * WORD * 1
        gate on_debug_exception
        .skip 2 * WORD * 1
        gate on_breakpoint
        .skip 2 * WORD * 2
        gate on_invalid_opcode
        .skip 2 * WORD * 25
        gate on_interrupt
table_end:
idt:    .word table_end - table - 1
        .if MODE == 16
        .long table
        .else
        .quad table
        .endif
counter: .byte 0
