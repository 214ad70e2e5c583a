# What guests of bare metal use, in every code width: assembled with BITS = 16, 32 or 64.
    .text
    .if BITS == 16
    .code16
    .elseif BITS == 32
    .code32
    .else
    .code64
    .endif

    # arithmetic and moves of all widths
    .irp op, add, or, adc, sbb, and, sub, xor, cmp
    \op %al, %bl
    \op %cx, %dx
    \op %esi, %edi
    \op $0x7f, %ah
    \op $-1, %bx
    \op $0x12345678, %ecx
    \op $0x11, %al
    .if BITS == 16
    \op %eax, 0x10(%bx,%si)
    \op (%bp), %cx
    \op 0x1234, %dl
    .else
    \op %eax, 0x10(%ebx,%esi,4)
    \op -0x8(%ebp), %cx
    .endif
    .endr
    .irp op, rol, ror, rcl, rcr, shl, shr, sar
    \op $3, %eax
    \op %cl, %bx
    \op %dl
    .endr
    .irp op, not, neg, mul, imul, div, idiv, inc, dec
    \op %ecx
    \op %bh
    .endr
    mov $0x42, %al
    mov $0x1234, %bx
    mov $0x12345678, %edx
    movzbl %al, %ecx
    movzwl %ax, %ecx
    movsbw %al, %cx
    movswl %ax, %ecx
    xchg %eax, %ebx
    xchg %al, %ah
    cmpxchg %ecx, %edx
    xadd %cx, %dx
    bswap %eax
    test $1, %al
    test %ebx, %ecx
    bt $3, %eax
    bts %ecx, %edx
    bsf %eax, %ebx
    bsr %eax, %ebx
    shld $4, %eax, %ebx
    shrd %cl, %eax, %ebx
    imul $3, %eax, %ebx
    imul $0x12345, %eax, %ebx
    cbtw
    cwtl
    cwtd
    cltd
    cmovne %eax, %ebx
    setg %al
    lahf
    sahf
    nop
    xchg %ax, %ax

    # branches and stack
1:  jmp 1b
    je 1b
    jle 2f
    .skip 200, 0x90
2:  jg 1b
    call 1b
    loop 2b
    loopne 2b
    ret
    ret $8
    lret
    lret $4
    leave
    enter $0x20, $1
    push %fs
    pop %gs
    int $0x10
    int3
    iret

    # strings
    cld
    std
    rep movsb
    rep stosl
    repne scasb
    repe cmpsw
    lodsb
    lodsl
    insb
    rep outsw
    xlat

    # system
    cli
    sti
    hlt
    clts
    invd
    wbinvd
    cpuid
    rdtsc
    rdmsr
    wrmsr
    rdpmc
    ud2
    rsm
    vmcall
    in $0x60, %al
    in %dx, %eax
    out %al, $0x80
    out %ax, %dx
    str %ax
    ltr %ax
    lldt %bx
    lmsw %ax
    smsw %eax
    xgetbv
    xsetbv
    swapgs_place:
    mfence
    lfence
    sfence
    pause
    .if BITS == 64
    mov %cr0, %rax
    mov %rax, %cr3
    mov %cr8, %rax
    mov %rax, %dr7
    swapgs
    syscall
    sysretq
    sysretl
    iretq
    lgdt 0x1234(%rip)
    lidt (%rax)
    invlpg (%rdi)
    mov %gs:0x10, %rax
    mov %fs:(%rbx), %r9d
    movabs $0x123456789abcdef0, %r10
    movabs 0x1234567812345678, %al
    movslq %ecx, %rdx
    mov %sil, %dil
    mov %r8b, %r15b
    lea -0x20(%r12,%r13,8), %r14
    lea (,%rax,8), %rbx
    mov (%rsp), %rax
    mov 0x8(%r12), %rax
    mov 0x0(%r13), %rax
    push %r12
    pop %rbp
    push $-1
    push $0x12345
    jmp *%rax
    call *0x8(%rbx)
    notrack jmp *%rdx
    endbr64
    cmpxchg16b (%rdi)
    lock incl (%rax)
    lock cmpxchg %rcx, (%rdx)
    incb (%rax)
    shlw $2, (%rbx)
    movl $1, 0x10(%rsp)
    testb $4, (%rcx)
    cqto
    cltq
    popcnt %rax, %rbx
    tzcnt %eax, %ebx
    rdfsbase %rax
    fxsave (%rax)
    fxsave64 (%rax)
    xsaveopt (%rcx)
    clflush (%rax)
    prefetcht0 (%rax)
    rep stosq
    movss (%rax), %xmm1
    movaps %xmm1, %xmm9
    movdqu %xmm0, 0x10(%rdi)
    addsd %xmm1, %xmm2
    cvtsi2sd %eax, %xmm0
    cvttsd2si %xmm0, %rax
    pxor %xmm1, %xmm1
    pshufd $0x1b, %xmm1, %xmm2
    palignr $4, %xmm1, %xmm2
    movq %rax, %xmm0
    movd %xmm0, %eax
    aesenc %xmm1, %xmm2
    dppd $0x31, %xmm1, %xmm2
    vaddps %ymm1, %ymm2, %ymm3
    vmovdqa (%rax), %ymm8
    vpxor %xmm1, %xmm2, %xmm3
    vpbroadcastb %xmm1, %ymm2
    vextracti128 $1, %ymm1, %xmm2
    vfmadd231sd %xmm1, %xmm2, %xmm3
    vzeroupper
    andn %rax, %rbx, %rcx
    shlx %eax, %ebx, %ecx
    rorx $3, %rax, %rbx
    .else
    mov %cr0, %eax
    mov %eax, %cr3
    mov %eax, %dr7
    ljmp $0x8, $0x1234
    lcall $0x10, $0x5678
    pusha
    popa
    push %es
    pop %ds
    lds (%bx), %si
    les (%bx), %di
    daa
    aam
    aad
    into
    bound %eax, (%bx)
    arpl %ax, %bx
    pushf
    popf
    inc %ax
    dec %edi
    mov %ds, %ax
    mov %ax, %ss
    mov %es:0x4(%di), %al
    mov %cs:(%bx), %dx
    invlpg (%bx)
    push $1
    push $0x1234
    .endif

    # x87
    fninit
    fld1
    fldz
    fadd %st(1), %st
    fmulp
    fxch %st(2)
    fcomip %st(1), %st
    fnstsw %ax
    fsqrt
    .if BITS == 16
    flds (%bx)
    fstpl (%bx)
    fildll (%bx)
    fldt (%si)
    fnstcw (%di)
    .else
    flds (%ebx)
    fstpl (%ebx)
    fildll (%ebx)
    fldt (%esi)
    fnstcw (%edi)
    fiaddl (%esi)
    fnsave (%edi)
    .endif
    nop
    nop
    nop
    nop
    nop
    nop
    nop
    nop
