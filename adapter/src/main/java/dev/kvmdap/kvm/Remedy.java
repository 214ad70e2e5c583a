package dev.kvmdap.kvm;

/** What a person can do about a refused call. */
final class Remedy {
    private static final String DOCTOR = "run 'kvmdap doctor' to see what this host's KVM offers";

    private Remedy() {}

    /** For open(2) of the KVM device. */
    static String ofOpen(String path, int errno) {
        if (errno == Errno.ENOENT.number() || errno == Errno.ENODEV.number() || errno == Errno.ENXIO.number()) {
            return path + " does not answer, so this kernel runs no KVM: enable virtualization (VT-x or AMD-V) in the"
                    + " firmware, load the module with 'modprobe kvm_intel' or 'modprobe kvm_amd'; inside a virtual"
                    + " machine or container, have nested virtualization or the device passed through";
        }
        if (errno == Errno.EACCES.number() || errno == Errno.EPERM.number()) {
            return "give your user access to " + path + ": 'sudo usermod -aG kvm $USER' and log in again, or for this"
                    + " boot only 'sudo setfacl -m u:$USER:rw " + path + "'";
        }
        return ofResources(errno);
    }

    /** For an ioctl. */
    static String of(Ioctl ioctl, int errno) {
        if (errno == Errno.ENOTTY.number() || errno == Errno.ENOSYS.number()) {
            return "this kernel does not know " + ioctl + "; use a newer kernel; " + DOCTOR;
        }
        if (errno == Errno.EBUSY.number() && ioctl == Ioctl.KVM_CREATE_VM) {
            return "another hypervisor holds the processor's virtualization: stop VirtualBox, VMware or whatever it is"
                    + " and try again";
        }
        if (errno == Errno.EBUSY.number() && ioctl == Ioctl.KVM_SET_GUEST_DEBUG) {
            return "an exception is already pending in this vCPU, so none can be injected: let it run until that one"
                    + " is delivered, then inject again";
        }
        if (ioctl == Ioctl.KVM_SET_USER_MEMORY_REGION) {
            if (errno == Errno.EEXIST.number()) {
                return "the slot overlaps another one: delete that slot first (size 0)";
            }
            if (errno == Errno.EINVAL.number()) {
                return "address, size and host address must be multiples of 4096, the slot number below"
                        + " KVM_CAP_NR_MEMSLOTS, and a live slot can neither be resized nor change its read-only flag:"
                        + " delete it first (size 0)";
            }
        }
        if (ioctl == Ioctl.KVM_CREATE_VCPU) {
            if (errno == Errno.EEXIST.number()) {
                return "a vCPU with this index exists already: choose another index";
            }
            if (errno == Errno.EINVAL.number()) {
                return "the index must be below KVM_CAP_MAX_VCPU_ID; " + DOCTOR;
            }
        }
        if (ioctl == Ioctl.KVM_CREATE_IRQCHIP && errno == Errno.EEXIST.number()) {
            return "the VM has its interrupt controllers already";
        }
        if (ioctl == Ioctl.KVM_CREATE_IRQCHIP && errno == Errno.EINVAL.number()) {
            return "create the interrupt controllers before the first vCPU";
        }
        if (errno == Errno.ENXIO.number()) {
            return "create the in-kernel interrupt controllers first (KVM_CREATE_IRQCHIP), or do not mix them with"
                    + " interrupts queued from user space";
        }
        return ofResources(errno);
    }

    private static String ofResources(int errno) {
        if (errno == Errno.ENOMEM.number()) {
            return "the host is short of memory: end other programs or give the guest less ('memory')";
        }
        if (errno == Errno.EMFILE.number() || errno == Errno.ENFILE.number()) {
            return "too many open files: raise the limit ('ulimit -n') or end other sessions";
        }
        return DOCTOR;
    }
}
