# Goes from real to long mode and back to compatibility mode, and accesses ports and empty addresses on its way. Linked at
# 0x7c00, started in real mode.
        .text
        .globl start
        .code16
start:  cli
        mov $0x3f8, %dx
        mov $'a', %al
        out %al, %dx                    # MARK: serial
        nop                             # MARK: after serial
        mov $0x5a, %al
        out %al, $0x21                  # MARK: interrupt controller
        in $0x21, %al                   # MARK: after interrupt controller
        nop                             # MARK: read interrupt controller
        mov $0x3fd, %dx
        in %dx, %al                     # MARK: serial status
        nop                             # MARK: after serial status
        mov $text, %si
        mov $3, %cx
        cld
        mov $0x3f8, %dx
        rep outsb                       # MARK: string
        nop                             # MARK: after string
        lgdt gdt
        mov %cr0, %eax
        or $1, %al
        mov %eax, %cr0                  # MARK: to protected
        ljmp $0x08, $protected          # MARK: in protected

        .code32
protected:
        mov $0x10, %ax
        mov %ax, %ds
        mov %ax, %es
        mov %ax, %ss
        mov $0x7c00, %esp
        xchg %bx, %bx                   # MARK: magic
        nop                             # MARK: after magic
        xchg %ebx, %ebx                 # not the magic one
        mov $0xc0000000, %edi
        mov (%edi), %eax                # MARK: read of nothing
        movw $0x1234, 6(%edi)           # MARK: write to nothing
        mov $0xfee00030, %edi           # MARK: after write to nothing
        mov (%edi), %eax                # the local APIC is there
        movl $0x11007, 0x10000
        movl $0x12007, 0x11000
        movl $0x87, 0x12000
        mov $0x10000, %eax
        mov %eax, %cr3
        mov $0x20, %eax
        mov %eax, %cr4
        mov $0xc0000080, %ecx
        rdmsr
        or $0x100, %eax
        wrmsr
        mov %cr0, %eax
        or $0x80000000, %eax
        mov %eax, %cr0                  # MARK: to compatibility
        ljmp $0x18, $long               # MARK: in compatibility

        .code64
long:   nop                             # MARK: in long
        pushq $0x08
        pushq $compatibility
        lretq                           # MARK: to compatibility again

        .code32
compatibility:
        nop                             # MARK: in compatibility again
        mov $0x10, %al
        out %al, $0xf4                  # MARK: exit port

text:   .ascii "xyz"
        .balign 8
descriptors:
        .quad 0
        .quad 0x00cf9b000000ffff        # 08: 32-bit code
        .quad 0x00cf93000000ffff        # 10: data
        .quad 0x00af9b000000ffff        # 18: 64-bit code
gdt:    .word gdt - descriptors - 1
        .long descriptors
