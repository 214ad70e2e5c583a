package dev.kvmdap.machine;

import dev.kvmdap.x86.CpuMode;

/**
 * Boots an ELF file: each PT_LOAD segment goes to its physical address, as boot loaders do it, and execution starts at
 * {@code e_entry} or at the entry point given. The mode is long for ELF64 and protected for ELF32 where none is given. What else
 * the image finds: {@link Surroundings}.
 */
final class ElfBoot implements BootLoader {

    @Override
    public LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        configuration.refuseLoadAddress("the segments of an ELF file say where they go");
        configuration.refuseWhatKernelsAreTold(
                "nobody tells an ELF image anything unless it has a Multiboot header or a PVH note");
        ElfSegments segments = ElfSegments.of(image);
        CpuMode mode = configuration.cpuMode();
        if (mode == null) {
            mode = segments.elf().is64() ? CpuMode.LONG : CpuMode.PROTECTED;
        }
        segments.load(map);
        long entry = segments.entryPoint(configuration.entryPoint());
        long imageStart = map.lowestAddress();
        Firmware firmware = configuration.firmware(mode, map);
        return LoadedImage.of(Surroundings.make(mode, entry, imageStart, map), firmware);
    }
}
