# A 64-bit guest that copies code to where it is to run, writes over it, and maps it a second time.
        .set HIGH, 0xffff800000000000

        .text
        .globl start
start:
        mov $stack_top, %rsp
unpacks:
        call unpack
        call late                       # MARK: unpacked
        call overwrite
        call unpack
        call late                       # MARK: unpacked again
        jmp done

patches:
        call unpack
        movb $0xf8, late                # CLC in the place of CLD
        movb late, %bl                  # MARK: patched
        call late
        jmp done

maps:   mov %cr3, %rax
        mov (%rax), %rbx
        mov %rbx, 0x800(%rax)           # PML4[256] is PML4[0]
        movabs $HIGH, %rcx
        add $often, %rcx
1:      call *%rcx                      # MARK: mapped
        jmp 1b

switches:
        mov %cr3, %rsi
        mov $tables, %rdi
        mov $512, %ecx
        rep movsq
        mov tables, %rbx
        mov %rbx, tables + 0x800
        mov $tables, %rax
        mov %rax, %cr3
        out %al, $0x80
        movabs $HIGH, %rcx
        add $often, %rcx
        call *%rcx                      # MARK: switched
done:   mov $0, %al
        out %al, $0xf4

often:  incq counted(%rip)              # MARK: often
        ret

unpack: mov $packed, %esi
        mov $late, %edi
        mov $late_end, %ecx
        sub %edi, %ecx
        rep movsb
        ret

overwrite:
        mov $late, %edi
        mov $64, %ecx
        mov $0xf4, %al
        rep stosb                       # MARK: overwritten
        ret

        .section .late, "ax"
late:   cld                             # MARK: late
        incq counted
        incq counted
        incq counted
        incq counted
        incq counted
        ret
late_end:

        .data
        .balign 8
counted: .quad 0

        .bss
        .balign 4096
tables: .skip 4096
        .skip 4096
stack_top:
