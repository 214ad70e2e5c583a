# A 64-bit guest whose memory is watched.
        .text
        .globl start
start:
        mov $7, %eax
writes: mov %eax, value                 # MARK: write
        mov value, %ebx                 # MARK: read
        mov %eax, neighbour             # MARK: neighbour
        incl value                      # MARK: change
        movb $0x55, unaligned + 2       # MARK: unaligned
        lea table, %rdi
        mov $32, %ecx
fill:   movq $1, (%rdi)                 # MARK: fill
        add $8, %rdi
        dec %ecx
        jnz fill
        mov beside_code, %eax           # MARK: read beside code
        movl $9, beside_code            # MARK: write beside code
        mov %cr3, %rbx
        orq $0x20, (%rbx)               # MARK: page table
end:    mov $0, %al
        out %al, $0xf4

        .balign 8
beside_code: .quad 5

        .data
        .balign 4096
value:  .quad 0
neighbour: .quad 0
        .balign 8
        .byte 0
unaligned: .skip 6
        .balign 8
table:  .skip 256
