package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.x86.CpuMode;
import java.nio.ByteBuffer;

/**
 * Boots Linux by its x86 boot protocol (Documentation/arch/x86/boot.rst, "64-bit boot protocol" and "32-bit boot protocol"): a
 * bzImage, or the ELF file vmlinux that it is packed from. RSI holds the address of {@link LinuxParameters}; code and data
 * segments are 0x10 and 0x18. A kernel of 64 bits starts in long mode with all memory mapped to itself, one of 32 bits in
 * protected mode. The initial file system lies as high as the kernel allows.
 */
final class LinuxBoot implements BootLoader {

    private static final int CODE_SELECTOR = 0x10;
    private static final long ENTRY_64 = 0x200;
    private static final int PAGE_BYTES = 4096;
    private static final String NOTE_OWNER = "Linux";

    /** Where the boot protocol is silent: what kernels before 2.03 could reach. */
    private static final long INITRD_LIMIT = 0x3800_0000L;

    /** Whether an image is the ELF file of a kernel: it carries a note of Linux. */
    static boolean isVmlinux(ImageFile image) {
        if (!ElfFile.isElf(image.path())) {
            return false;
        }
        try {
            return ElfFile.parse(image.name(), image.whole()).notes().stream()
                    .anyMatch(note -> note.owner().equals(NOTE_OWNER));
        } catch (ElfException damaged) {
            return false;
        }
    }

    @Override
    public LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        String reason = "Linux's boot protocol says how the image starts";
        configuration.refuseCpuMode(reason);
        configuration.refuseLoadAddress(reason);
        configuration.refuseEntryPoint(reason);
        configuration.refuseModules("Linux gets an 'initrd'");
        configuration.refuseDisk("Linux finds no disk controller here; give an 'initrd'");
        return ElfFile.isElf(image.path())
                ? loadVmlinux(image, configuration, map)
                : loadBzImage(image, configuration, map);
    }

    private static LoadedImage loadVmlinux(ImageFile image, BootConfiguration configuration, LoadMap map) {
        ElfSegments segments = ElfSegments.of(image);
        if (!segments.elf().is64()) {
            throw new BootException("%s is a 32-bit ELF file; of 32-bit Linux kernels only the bzImage can be booted"
                    .formatted(image.name()));
        }
        segments.load(map);
        LinuxParameters parameters = LinuxParameters.forVmlinux();
        return start(CpuMode.LONG, segments.entryPoint(null), parameters, INITRD_LIMIT, configuration, map);
    }

    private static LoadedImage loadBzImage(ImageFile image, BootConfiguration configuration, LoadMap map) {
        LinuxSetupHeader header = LinuxSetupHeader.read(image);
        ByteBuffer kernel = image.slice(header.setupBytes(), (int) (image.size() - header.setupBytes()));
        long start = header.loadAddress();
        map.load("the kernel", start, kernel, Math.max(header.memoryBytes(), kernel.limit()));
        boolean is64 = header.has64BitEntry();
        return start(
                is64 ? CpuMode.LONG : CpuMode.PROTECTED,
                is64 ? start + ENTRY_64 : start,
                LinuxParameters.forBzImage(header),
                header.initrdLimit(),
                configuration,
                map);
    }

    private static LoadedImage start(
            CpuMode mode,
            long entry,
            LinuxParameters parameters,
            long initrdLimit,
            BootConfiguration configuration,
            LoadMap map) {
        long imageStart = map.lowestAddress();
        if (configuration.initrd() != null) {
            ImageFile initrd = ImageFile.open("initrd", configuration.initrd());
            long start = map.reserveBelow(initrdLimit, "initrd", initrd.size(), PAGE_BYTES);
            map.copy(start, initrd.whole());
            parameters.initrd(start, initrd.size());
        }
        parameters.commandLine(configuration.commandLine());
        parameters.memory(map.memory());
        map.acpiRoot().ifPresent(parameters::acpi);
        long address = parameters.place(map);
        return LoadedImage.of(
                Surroundings.make(mode, entry, imageStart, CODE_SELECTOR, map).withRegisters(0, 0, 0, address));
    }
}
