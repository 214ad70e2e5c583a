# Ends with exit code (MODE << 1) | 1 if it finds around it what the mode promises, else hangs in a fault or with 1.
        .macro leave value
        mov $\value, %al
        out %al, $0xf4
        .endm

        .text
        .globl start
start:
        .if MODE == 16

        .code16
        mov %cs, %ax
        call 1f                         # a stack
1:      pop %bx
        mov %ss, %dx
        or %dx, %ax
        mov %ds, %dx
        or %dx, %ax                     # all segments are 0
        jnz bad
        cmp $1b, %bx                    # so IP is the address
        jne bad
        leave MODE
bad:    leave 0

        .elseif MODE == 32

        .code32
        push $0x1234                    # a stack
        pop %eax
        cmp $0x1234, %eax
        jne bad
        mov %ss, %ebx                   # a GDT: segments can be loaded again
        mov %ebx, %ds
        mov %ebx, %ss
        mov %cr0, %eax
        and $0x80000001, %eax           # protected mode without paging
        cmp $1, %eax
        jne bad
        pushf
        pop %eax
        test $0x200, %eax               # interrupts off
        jnz bad
        mov %cs, %eax
        push %eax
        push $again
        lret
again:  leave MODE
bad:    leave 0

        .else

        .code64
        push $0x1234
        pop %rax
        cmp $0x1234, %rax
        jne bad
        mov %ss, %ebx
        mov %ebx, %ds
        mov %ebx, %ss
        mov %cr4, %rax
        and $0x600, %eax                # SSE is on
        cmp $0x600, %eax
        jne bad
        movl $0x5678, 0xfffff8          # the last bytes of the 16 MiB of RAM
        cmpl $0x5678, 0xfffff8
        jne bad
        mov $0xc0000080, %ecx           # EFER.LMA
        rdmsr
        test $0x400, %eax
        jz bad
        mov %cs, %eax
        push %rax
        push $again
        lretq
again:  leave MODE
bad:    leave 0

        .endif
