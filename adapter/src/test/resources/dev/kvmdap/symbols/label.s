        .text
        .globl entry
entry:
        nop             # entry: first
        call work
again:
        hlt
        jmp again       # again: loop
        .section .text.far, "ax"
work:
        nop             # work: body
        ret

        .data
table:  .long 1, 2, 3
