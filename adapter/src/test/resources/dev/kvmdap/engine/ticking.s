# Code under a timer that interrupts a thousand times a second. Built for 16 bits (MODE=16, linked at 0x7c00) and for 64
# (MODE=64, linked at 0x100000).
        .if MODE == 16
        .code16
        .set WORD, 2
        .macro return_from_interrupt
        iretw
        .endm
        .else
        .code64
        .set WORD, 8
        .macro return_from_interrupt
        andl $~0x10000, 16(%rsp)        # QEMU's processor saves RF with an interrupt: it hides the next breakpoint
        iretq
        .endm
        .endif

        .text
        .globl start
start:  lidt idt
        mov $0x11, %al                  # both interrupt controllers: initialise, vectors from 0x20 and 0x28
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
        mov $0x34, %al                  # channel 0, mode 2: every 1193rd of 1193182 Hz
        out %al, $0x43
        mov $0xa9, %al
        out %al, $0x40
        mov $0x04, %al
        out %al, $0x40
        sti
        nop

counts: call bump                       # MARK: count
        jmp counts                      # MARK: count on

bump:   incl counter                    # MARK: bump
        ret                             # MARK: bumped

works:  call work                       # MARK: work
        jmp works                       # MARK: work on

work:   mov $500, %cx
1:      dec %cx
        jnz 1b
        incl counter
        ret

on_tick:
        incl ticks                      # MARK: tick
        push %ax
        mov $0x20, %al
        out %al, $0x20
        pop %ax
        return_from_interrupt

        .balign 16
table:  .skip 2 * WORD * 32
        .if MODE == 16
        .word on_tick - start + 0x7c00, 0
        .else
        .word on_tick - start, 0x08, 0x8e00, 0x10, 0, 0, 0, 0
        .endif
table_end:
idt:    .word table_end - table - 1
        .if MODE == 16
        .long table
        .else
        .quad table
        .endif
        .balign 4
counter: .long 0
ticks:  .long 0
