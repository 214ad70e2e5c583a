package dev.kvmdap.machine;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to boot, and how. What a protocol has no use for must be left out: {@link BootImage#load} refuses it by name.
 *
 * @param program the image
 * @param protocol how it starts
 * @param cpuMode the mode it starts in, {@link CpuMode#REAL}, {@link CpuMode#PROTECTED} or {@link CpuMode#LONG}, for
 *     {@link BootProtocol#ELF} and {@link BootProtocol#FLAT}; null for the protocol's default
 * @param loadAddress where its first byte goes, for {@link BootProtocol#FLAT}; null for the mode's default
 * @param entryPoint linear address of its first instruction, for {@link BootProtocol#ELF} and
 *     {@link BootProtocol#FLAT}; null for where the image says
 * @param commandLine what {@link BootProtocol#MULTIBOOT}, {@link BootProtocol#MULTIBOOT2}, {@link BootProtocol#PVH} and
 *     {@link BootProtocol#LINUX} tell the kernel; may be empty
 * @param modules files that {@link BootProtocol#MULTIBOOT}, {@link BootProtocol#MULTIBOOT2} and {@link BootProtocol#PVH} load
 *     beside the kernel, in this order
 * @param initrd the file system that {@link BootProtocol#LINUX} and {@link BootProtocol#PVH} load beside the kernel; null for
 *     none
 * @param disk the image of the disk that the services of the firmware read, in real mode; null for the booted image itself
 */
public record BootConfiguration(
        Path program,
        BootProtocol protocol,
        @Nullable CpuMode cpuMode,
        @Nullable GuestPhysical loadAddress,
        @Nullable GuestVirtual entryPoint,
        String commandLine,
        List<BootModule> modules,
        @Nullable Path initrd,
        @Nullable Path disk) {

    public BootConfiguration {
        modules = List.copyOf(modules);
    }

    /** An image to be started in whatever way it fits. */
    public static BootConfiguration of(Path program) {
        return of(program, BootProtocol.AUTO, null);
    }

    /** An image to be started in a mode, where that is not null and the protocol leaves it open. */
    public static BootConfiguration of(Path program, BootProtocol protocol, @Nullable CpuMode cpuMode) {
        return new BootConfiguration(program, protocol, cpuMode, null, null, "", List.of(), null, null);
    }

    void refuseCpuMode(String reason) {
        refuse(cpuMode != null, "cpuMode", reason);
    }

    void refuseLoadAddress(String reason) {
        refuse(loadAddress != null, "loadAddress", reason);
    }

    void refuseEntryPoint(String reason) {
        refuse(entryPoint != null, "entryPoint", reason);
    }

    /** Refuses command line, modules and initial file system. */
    void refuseWhatKernelsAreTold(String reason) {
        refuse(!commandLine.isEmpty(), "cmdline", reason);
        refuseModules(reason);
        refuseInitrd(reason);
    }

    void refuseModules(String reason) {
        refuse(!modules.isEmpty(), "modules", reason);
    }

    void refuseInitrd(String reason) {
        refuse(initrd != null, "initrd", reason);
    }

    /** The BIOS of a guest that starts in a mode: none but in real mode, where what lies in its place keeps it out. */
    @Nullable Firmware firmware(CpuMode mode, LoadMap map) {
        if (mode != CpuMode.REAL) {
            refuseDisk("the BIOS, which reads it, serves guests that start in real mode");
            return null;
        }
        return Firmware.install(disk, map);
    }

    void refuseDisk(String reason) {
        refuse(disk != null, "disk", reason);
    }

    private void refuse(boolean given, String key, String reason) {
        if (given) {
            throw new BootException(
                    "%s is of no use here: %s. Remove it, or choose another 'boot'".formatted(key, reason));
        }
    }
}
