# A 64-bit guest whose processors take turns at a counter: the first one starts the others through its local APIC, then each
# increments the counter under a spinlock, as often as `iterations` says. The first one ends the guest when all are done.
        .set APIC, 0xfee00000
        .set APIC_SPURIOUS, 0xf0        # SDM vol. 3, table 11-1
        .set APIC_ICR, 0x300
        .set INIT_ALL_BUT_SELF, 0xc4500 # SDM vol. 3, 11.6.1
        .set SIPI_ALL_BUT_SELF, 0xc4600
        .set TRAMPOLINE, 0x20000        # where the linker puts it

        .text
        .globl start
start:  mov %cr3, %rax
        mov %eax, page_tables
        mov $APIC, %ebx
        movl $0x1ff, APIC_SPURIOUS(%rbx)
        movl $INIT_ALL_BUT_SELF, APIC_ICR(%rbx)         # MARK: init
        movl $SIPI_ALL_BUT_SELF + (TRAMPOLINE >> 12), APIC_ICR(%rbx)
        xor %r13d, %r13d
        lock incl started
1:      mov started, %eax               # MARK: await others
        cmp cpus, %eax
        jne 1b

work:   mov iterations, %r12            # MARK: work
again:  mov $1, %eax
        xchg %eax, spinlock
        test %eax, %eax
        jz got
        pause
        jmp again
got:    incq counter                    # MARK: critical
        movl $0, spinlock               # MARK: release
        dec %r12
        jnz again
        lock incl finished
        test %r13d, %r13d
        jnz parks
1:      mov finished, %eax
        cmp cpus, %eax
        jne 1b
        mov $0x10, %al                  # MARK: end
        out %al, $0xf4

parks:  cli                             # MARK: parks
        hlt
        jmp parks

spins:  jmp spins

resets: mov $0xfe, %al
        out %al, $0x64
        hlt

        .globl ap
ap:     mov $1, %eax
        cpuid
        shr $24, %ebx                   # the initial APIC id
        mov %ebx, %r13d
        mov $0xb, %eax
        xor %ecx, %ecx
        cpuid
        mov %edx, x2apic(, %r13, 4)
        lock incl started
1:      mov started, %eax
        cmp cpus, %eax
        jne 1b
        jmp work

# From the start-up interrupt's real mode at CS = TRAMPOLINE >> 4 straight to long mode.
        .section .trampoline, "awx"
        .code16
trampoline:
        cli                             # MARK: trampoline
        mov %cs, %ax
        mov %ax, %ds
        lgdtl gdt_register - trampoline
        mov $0x20, %eax                 # CR4.PAE
        mov %eax, %cr4
        mov page_tables - trampoline, %eax
        mov %eax, %cr3
        mov $0xc0000080, %ecx           # IA32_EFER.LME
        rdmsr
        or $0x100, %eax
        wrmsr
        mov %cr0, %eax
        or $0x80000001, %eax            # CR0.PG, CR0.PE
        mov %eax, %cr0
        ljmpl $0x08, $ap
        .balign 8
gdt:    .quad 0
        .quad 0x00af9b000000ffff
gdt_register:
        .word . - gdt - 1
        .long gdt
page_tables: .long 0

        .data
        .balign 8
counter: .quad 0
iterations: .quad 1
spinlock: .long 0
started: .long 0
finished: .long 0
cpus:   .long 1
x2apic: .skip 64
