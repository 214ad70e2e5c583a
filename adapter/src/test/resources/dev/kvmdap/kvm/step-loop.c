/* Single-steps a real-mode guest as fast as C can, and prints nanoseconds a step: the best of many short rounds. */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

enum { CODE = 0x1000, MEMORY = 0x10000, ROUND = 20000 };

static const uint8_t nop_nop_jump_back[] = {0x90, 0x90, 0xeb, 0xfc};

static int must(int result, const char *what)
{
    if (result < 0)
        err(1, "%s", what);
    return result;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(void)
{
    int kvm = must(open("/dev/kvm", O_RDWR), "open");
    int vm = must(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    uint8_t *memory = mmap(0, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {
        .memory_size = MEMORY,
        .userspace_addr = (uint64_t)memory,
    };
    uint64_t identity_map = 0xfffbc000;
    must(ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, &identity_map), "KVM_SET_IDENTITY_MAP_ADDR");
    must(ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000), "KVM_SET_TSS_ADDR");
    must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
    int vcpu = must(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    int size = must(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    struct kvm_run *run = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    struct kvm_sregs sregs;
    struct kvm_regs regs = {.rip = CODE, .rflags = 2};
    struct kvm_guest_debug debug = {.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP};
    uint64_t sum = 0;
    double best = 1e18, end;

    if (memory == MAP_FAILED || run == MAP_FAILED)
        err(1, "mmap");
    memcpy(memory + CODE, nop_nop_jump_back, sizeof nop_nop_jump_back);
    must(ioctl(vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
    sregs.cs.base = 0;
    sregs.cs.selector = 0;
    must(ioctl(vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
    must(ioctl(vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
    must(ioctl(vcpu, KVM_SET_GUEST_DEBUG, &debug), "KVM_SET_GUEST_DEBUG");

    for (end = now() + 2e9; now() < end;) {
        double start = now();
        for (int i = 0; i < ROUND; i++) {
            must(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
            if (run->exit_reason != KVM_EXIT_DEBUG)
                errx(1, "exit reason %d", run->exit_reason);
            sum += run->debug.arch.pc + run->debug.arch.dr6;
        }
        double each = (now() - start) / ROUND;
        if (each < best)
            best = each;
    }
    printf("%.1f\n", best);
    return sum == 0;
}
