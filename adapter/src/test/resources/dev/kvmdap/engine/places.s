# A 64-bit guest that counts for ever, and places where a test puts RIP to see what becomes of it.
        .text
        .globl start
start:
count:  call bump                       # MARK: call
        jmp count                       # MARK: again

bump:   incq counter                    # MARK: bump
        ret

# Calls itself as often as RCX says.
recurse:
        dec %rcx                        # MARK: recurse
        jz 1f
        call recurse                    # MARK: recursion
1:      ret                             # MARK: unwind

after_recursion:
        mov $3, %ecx
        call recurse                    # MARK: outer call
        nop                             # MARK: after outer call
        jmp start

says:   mov $0x3f8, %dx
        mov $'A', %al
        out %al, %dx                    # MARK: out
        nop                             # MARK: after out
        mov $0x10, %al
        out %al, $0xf4

stops:  cli
        hlt                             # MARK: halt

dies:   lidt no_idt
        ud2

resets: mov $0xfe, %al
        out %al, $0x64
        hlt

spins:  jmp spins

rewrites:
        movb $0x90, patched             # the instruction there becomes a NOP
patched:
        hlt
        jmp rewrites

        .data
        .balign 8
counter: .quad 0
no_idt: .word 0
        .quad 0
