package dev.kvmdap.kvm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The KVM system: an open {@code /dev/kvm} (api.txt 2, "system ioctls"). Any thread may call it.
 */
public final class Kvm implements AutoCloseable {
    /** Where the kernel offers KVM. */
    public static final String DEVICE = "/dev/kvm";

    private static final int MOST_MSRS = 1 << 16;

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
            if (descriptor.call(Ioctl.KVM_CHECK_EXTENSION, Capability.IMMEDIATE_EXIT.number()) == 0) {
                throw new KvmException(
                        "KVM_CHECK_EXTENSION for " + Capability.IMMEDIATE_EXIT.kernelName() + " on " + path
                                + " (not offered)",
                        0,
                        "use a Linux kernel of 4.13 or newer: without it a guest cannot be stopped between two"
                                + " instructions");
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

    /** What the CPUID instruction can answer in a guest on this host, emulated efficiently or by the processor. */
    public List<CpuidEntry> supportedCpuid() {
        return CpuidTable.get(descriptor, Ioctl.KVM_GET_SUPPORTED_CPUID);
    }

    /**
     * The features that KVM emulates instruction by instruction where the processor lacks them: only the bits of those are set
     * (api.txt 4.88). Empty on kernels without KVM_CAP_EXT_EMUL_CPUID.
     */
    public List<CpuidEntry> emulatedCpuid() {
        return check(Capability.EXT_EMUL_CPUID) == 0
                ? List.of()
                : CpuidTable.get(descriptor, Ioctl.KVM_GET_EMULATED_CPUID);
    }

    /** The MSRs that make up a vCPU's state on this host (api.txt 4.3). */
    public List<Integer> msrIndexList() {
        NativeStruct list = msrList(0);
        int answer = descriptor.attempt(Ioctl.KVM_GET_MSR_INDEX_LIST, list);
        int count = list.bytes().getInt(0);
        if (Errno.E2BIG.is(answer) && count > 0 && count <= MOST_MSRS) {
            list = msrList(count);
            answer = descriptor.attempt(Ioctl.KVM_GET_MSR_INDEX_LIST, list);
        }
        descriptor.accepted(Ioctl.KVM_GET_MSR_INDEX_LIST, answer);
        return indices(list.bytes());
    }

    private static NativeStruct msrList(int room) {
        NativeStruct list = new NativeStruct(Layouts.MSR_LIST.size() + Integer.BYTES * room);
        list.bytes().putInt(0, room);
        return list;
    }

    private static List<Integer> indices(ByteBuffer list) {
        int room = (list.capacity() - Layouts.MSR_LIST.size()) / Integer.BYTES;
        int count = Math.max(0, Math.min(room, list.getInt(0)));
        List<Integer> indices = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            indices.add(list.getInt(Layouts.MSR_LIST.size() + Integer.BYTES * i));
        }
        return List.copyOf(indices);
    }

    /** Creates a virtual machine without memory, vCPUs or devices. */
    public Vm createVm() {
        int fd = descriptor.call(Ioctl.KVM_CREATE_VM, 0);
        return Vm.create(new Descriptor(descriptor.calls(), fd, "the VM"), vcpuMmapSize);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
