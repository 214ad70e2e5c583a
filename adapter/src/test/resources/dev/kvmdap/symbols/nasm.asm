bits 32
section .text
global _start
_start: mov eax, 1      ; start: first
        call work
.loop:  hlt
        jmp .loop
section .far exec
work:   nop             ; work: body
        ret
