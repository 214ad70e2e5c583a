# A kernel that goes to user mode and is called from there. Linked with .text at 0x100000 and .user, the only pages that are
# open to privilege level 3, at 0x200000. Handlers count what reaches them.
        .set USER_CODE, 0x1b
        .set USER_DATA, 0x23
        .set TASK, 0x28
        .set OPEN, 7                    # present, writable, user
        .set CLOSED, 3                  # present, writable
        .set LARGE, 0x80
        .set BREAKPOINT_VECTOR, 3
        .set CALL_VECTOR, 0x80

        .text
        .globl start
start:  mov $kernel_stack, %rsp
        movl $pdpt + OPEN, pml4
        movl $directory + OPEN, pdpt
        movl $LARGE + CLOSED, directory
        movl $0x200000 + LARGE + OPEN, directory + 8
        mov $pml4, %eax
        mov %rax, %cr3
        lgdt gdt_register
        mov $TASK, %eax
        ltr %ax
        lidt idt_register
ready:  nop                             # MARK: ready
        mov $user_start, %eax
enter:  pushq $USER_DATA
        pushq $user_stack
        pushq $2
        pushq $USER_CODE
        pushq %rax
        iretq                           # MARK: iretq

on_debug:
        incl debug_exceptions           # MARK: debug handler
        iretq

on_breakpoint:
        incl breakpoints                # MARK: breakpoint handler
        iretq

on_invalid_opcode:                      # MARK: invalid opcode handler
        push %rax
        mov 8(%rsp), %rax
        cmpw $0x80cd, (%rax)            # INT 0x80, which not every KVM carries out in user mode
        je emulated
        incl faults
        addq $2, 8(%rsp)
        pop %rax
        iretq
emulated:
        addq $2, 8(%rsp)
        pop %rax
        jmp on_call

on_call:
        incl calls                      # MARK: in the kernel
        cmp $99, %eax
        je leave
        iretq                           # MARK: return to user mode
leave:  mov $0x10, %al
        out %al, $0xf4

        .balign 16
        .macro gate handler
        .word \handler - start, 0x08, 0xee00, 0x10, 0, 0, 0, 0
        .endm
idt:    .skip 16
debug_gate:
        gate on_debug
        .skip 16
        gate on_breakpoint
        .skip 16 * 2
        gate on_invalid_opcode
        .skip 16 * 121
        gate on_call
idt_end:
idt_register:
        .word idt_end - idt - 1
        .quad idt
no_idt_register:
        .word 0
        .quad 0
gdt:    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00affb000000ffff, 0x00cff3000000ffff
        .word task_end - task - 1, task - start, 0x8910, 0, 0, 0, 0, 0
gdt_register:
        .word . - gdt - 1
        .quad gdt
task:   .long 0
        .quad kernel_stack
        .skip 0x5a
        .word 0x68
task_end:
        .balign 4
debug_exceptions: .long 0
breakpoints: .long 0
faults: .long 0
calls:  .long 0
        .balign 4096
pml4:   .skip 4096
pdpt:   .skip 4096
directory: .skip 4096
        .skip 4096
kernel_stack:

        .section .user, "awx"
        .globl user_start
user_start:
        mov $3, %ecx                    # MARK: user mode
again:  call twice                      # MARK: user call
        dec %ecx                        # MARK: after user call
        jnz again                       # MARK: loop
        pushf                           # MARK: pushf
        pop %rdx                        # MARK: after pushf
        mov $7, %eax
        int $CALL_VECTOR                # MARK: system call
        nop                             # MARK: after system call
        ud2                             # MARK: fault
        nop                             # MARK: after fault
        int3                            # MARK: own breakpoint
        nop                             # MARK: after own breakpoint
        movl $5, variable               # MARK: store
        nop                             # MARK: after store
        mov variable, %ebx
        jmp end

        .globl twice
twice:  add %eax, %eax                  # MARK: in twice
        ret

        .globl stepping
stepping:                               # sets its own trap flag for one instruction
        pushf
        orl $0x100, (%rsp)
        popf                            # MARK: own trap flag
        nop                             # MARK: traced
        pushf                           # MARK: after traced
        andl $~0x100, (%rsp)
        popf
        jmp end

        .globl spin
spin:   jmp spin                        # MARK: spin

end:    mov $99, %eax                   # MARK: end
        int $CALL_VECTOR
        .balign 4096
variable: .long 1
        .skip 4092
user_stack:
