package dev.kvmdap.kvm;

/**
 * What a VM's vCPUs can do, asked of KVM once.
 *
 * @param mmapSize size in bytes of the area shared with user space
 * @param syncRegs the register classes that KVM_RUN can leave in kvm_run: a union of the {@code SYNC_} bits
 * @param guestDebugControls the control bits that KVM_SET_GUEST_DEBUG accepts
 * @param xsave2Size bytes that KVM_GET_XSAVE2 gives; 0 where there is only KVM_GET_XSAVE
 */
record VcpuFeatures(int mmapSize, int syncRegs, int guestDebugControls, int xsave2Size) {
    static VcpuFeatures of(Vm vm, int mmapSize) {
        return new VcpuFeatures(
                mmapSize, vm.check(Capability.SYNC_REGS), guestDebugControls(vm), vm.check(Capability.XSAVE2));
    }

    private static int guestDebugControls(Vm vm) {
        int announced = vm.check(Capability.SET_GUEST_DEBUG2);
        if (announced != 0) {
            return announced;
        }
        return vm.check(Capability.SET_GUEST_DEBUG) != 0 ? GuestDebug.CLASSIC_CONTROLS : 0;
    }

    /**
     * Whether KVM_RUN leaves general and system registers in kvm_run. Events could come along too, but they are looked at
     * seldom, and each run would pay for them.
     */
    boolean synchronisesRegisters() {
        int both = Abi.SYNC_REGS | Abi.SYNC_SREGS;
        return (syncRegs & both) == both;
    }

    boolean hasXsave2() {
        return xsave2Size > 0;
    }

    int xsaveSize() {
        return Math.max(Layouts.XSAVE.size(), xsave2Size);
    }
}
