# A guest that changes all of a machine's state that it can reach from 64-bit code, and then turns in a circle.
        .globl start
start:
        mov $0x200000, %rdi             # RAM
        mov $0x5a5a5a5a5a5a5a5a, %rax
        mov $0x1000, %ecx
        rep stosq
        mov $0xc0000082, %ecx           # IA32_LSTAR
        mov $0x12345678, %eax
        mov $0x00000001, %edx
        wrmsr
        mov $0xc0000102, %ecx           # IA32_KERNEL_GS_BASE
        wrmsr
        mov $0xc0000100, %ecx           # IA32_FS_BASE
        wrmsr
        mov %rax, %dr0
        mov %rax, %dr3
        mov %rax, %cr2
        mov $5, %eax
        mov %rax, %cr8
        lidt table(%rip)
        movaps pattern(%rip), %xmm3
        mov $0x42, %al
        out %al, $0x21                  # PIC masks
        out %al, $0xa1
        mov $0x34, %al                  # PIT channel 0: rate generator
        out %al, $0x43
        mov $0x11, %al
        out %al, $0x40
        out %al, $0x40
        mov $0x3ff, %dx                 # serial scratch register
        out %al, %dx
        mov $0x3fb, %dx                 # serial line control
        mov $0x1b, %al
        out %al, %dx
        mov $0x3f9, %dx                 # serial interrupt enable
        mov $0x01, %al
        out %al, %dx
        mov $0x40, %al                  # CMOS byte
        out %al, $0x70
        mov $0x77, %al
        out %al, $0x71
        mov $0x60, %al                  # keyboard controller's command byte
        out %al, $0x64
        mov $0x65, %al
        out %al, $0x60
        mov $0x1111111111111111, %rax
        mov %rax, %rbx
        mov %rax, %rcx
        mov %rax, %rdx
        mov %rax, %rsi
        mov %rax, %rbp
        mov %rax, %r8
        mov %rax, %r15
        std
changed:                                # MARK: changed
        nop
        jmp changed

        .balign 16
pattern: .quad 0x1122334455667788, 0x99aabbccddeeff00
table:  .word 0x0fff
        .quad 0x300000
