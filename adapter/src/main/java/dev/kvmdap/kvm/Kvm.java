package dev.kvmdap.kvm;

/**
 * The KVM system: an open {@code /dev/kvm} (api.txt 2, "system ioctls"). Any thread may call it.
 */
public final class Kvm implements AutoCloseable {
    /** Where the kernel offers KVM. */
    public static final String DEVICE = "/dev/kvm";

    private final Descriptor descriptor;
    private final int vcpuMmapSize;

    private Kvm(Descriptor descriptor, int vcpuMmapSize) {
        this.descriptor = descriptor;
        this.vcpuMmapSize = vcpuMmapSize;
    }

    /**
     * Opens this host's KVM.
     *
     * @throws KvmException where there is none, it may not be opened, or it speaks another version; the message says
     *     what to do
     */
    public static Kvm open() {
        return open(LibC.get(), DEVICE);
    }

    /** Opens KVM by these system calls at this path. */
    public static Kvm open(SystemCalls calls, String path) {
        int fd = calls.open(path, Abi.O_RDWR | Abi.O_CLOEXEC);
        if (fd < 0) {
            throw new KvmException("open of " + path, -fd, Remedy.ofOpen(path, -fd));
        }
        Descriptor descriptor = new Descriptor(calls, fd, path);
        try {
            int version = descriptor.call(Ioctl.KVM_GET_API_VERSION, 0);
            if (version != Abi.API_VERSION) {
                throw new KvmException(
                        "KVM_GET_API_VERSION on " + path + " (answer " + version + ", only " + Abi.API_VERSION
                                + " is known)",
                        0,
                        "use a Linux kernel of 2.6.22 or newer, and check that " + path + " is the kernel's own KVM");
            }
            return new Kvm(descriptor, descriptor.call(Ioctl.KVM_GET_VCPU_MMAP_SIZE, 0));
        } catch (RuntimeException e) {
            descriptor.close();
            throw e;
        }
    }

    /** KVM's value for a capability: 0 where it is not offered, else 1 or what api.txt 4.4 says for it. */
    public int check(Capability capability) {
        return descriptor.call(Ioctl.KVM_CHECK_EXTENSION, capability.number());
    }

    /** Size in bytes of the area that a vCPU shares with user space, kvm_run first. */
    public int vcpuMmapSize() {
        return vcpuMmapSize;
    }

    /** Creates a virtual machine without memory, vCPUs or devices. */
    public Vm createVm() {
        return new Vm(
                new Descriptor(descriptor.calls(), descriptor.call(Ioctl.KVM_CREATE_VM, 0), "the VM"), vcpuMmapSize);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
