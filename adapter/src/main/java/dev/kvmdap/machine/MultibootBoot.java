package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.x86.CpuMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Boots a kernel by the Multiboot 1 protocol (Multiboot specification 0.6.96, 3.2): in protected mode without paging, EAX
 * the loader's magic number, EBX the address of the {@link MultibootInformation}. The image goes where the header's
 * addresses say, where it has any, else where its ELF segments say; ELF64 is accepted too. Modules follow the image at
 * page boundaries. What the specification leaves open is as in {@link Surroundings}.
 */
final class MultibootBoot {

    private static final long LOADER_MAGIC = 0x2bad_b002L;
    private static final long ADDRESS_SPACE = 4L << 30;
    private static final int PAGE_BYTES = 4096;

    private MultibootBoot() {}

    static InitialState load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        String reason = "a Multiboot header says how the image starts";
        configuration.refuseCpuMode(reason);
        configuration.refuseLoadAddress(reason);
        configuration.refuseEntryPoint(reason);
        MultibootHeader header = MultibootHeader.require(image);
        header.refuseUnknownRequirements(image);
        long entry = header.addresses() == null
                ? loadElf(image, map)
                : loadByAddresses(image, header.offset(), header.addresses(), map);
        long imageStart = map.lowestAddress();
        if (map.highestEnd() > ADDRESS_SPACE) {
            throw new BootException("%s reaches above 4 GiB, where Multiboot's 32-bit addresses end; link it lower"
                    .formatted(image.name()));
        }
        List<MultibootInformation.Module> modules = loadModules(configuration.modules(), map);
        long information = new MultibootInformation(commandLine(configuration), modules, map).place();
        return Surroundings.make(CpuMode.PROTECTED, entry, imageStart, map).withRegisters(LOADER_MAGIC, information, 0);
    }

    private static long loadElf(ImageFile image, LoadMap map) {
        if (!ElfFile.isElf(image.path())) {
            throw new BootException(
                    "%s: the Multiboot header gives no addresses (flag bit 16 is clear), so this should be an ELF file, and it is none; link it to ELF, or give the addresses"
                            .formatted(image.name()));
        }
        ElfFile elf = ElfFile.parse(image.name(), image.bytes());
        ElfBoot.loadSegments(elf, map);
        return ElfBoot.entryPoint(elf, null);
    }

    private static long loadByAddresses(
            ImageFile image, int headerOffset, MultibootHeader.Addresses addresses, LoadMap map) {
        long offset = headerOffset - (addresses.header() - addresses.loadStart());
        if (addresses.loadStart() > addresses.header() || offset < 0) {
            throw wrongAddress(
                    image,
                    "load_addr 0x%x must be at most header_addr 0x%x, and not before the file's start"
                            .formatted(addresses.loadStart(), addresses.header()));
        }
        long size = addresses.loadEnd() == 0 ? image.size() - offset : addresses.loadEnd() - addresses.loadStart();
        if (size <= 0 || size > image.size() - offset) {
            throw wrongAddress(
                    image,
                    "load_end_addr 0x%x must be above load_addr 0x%x by at most the %d bytes that the file has"
                            .formatted(addresses.loadEnd(), addresses.loadStart(), image.size() - offset));
        }
        long memorySize = addresses.bssEnd() == 0 ? size : addresses.bssEnd() - addresses.loadStart();
        if (memorySize < size) {
            throw wrongAddress(
                    image,
                    "bss_end_addr 0x%x must be 0 or at least the end of what is loaded, 0x%x"
                            .formatted(addresses.bssEnd(), addresses.loadStart() + size));
        }
        map.load("the image", addresses.loadStart(), image.slice((int) offset, (int) size), memorySize);
        return addresses.entry();
    }

    private static BootException wrongAddress(ImageFile image, String what) {
        return new BootException("%s: the Multiboot header's addresses are wrong: %s".formatted(image.name(), what));
    }

    private static List<MultibootInformation.Module> loadModules(List<BootModule> modules, LoadMap map) {
        List<MultibootInformation.Module> loaded = new ArrayList<>();
        for (BootModule module : modules) {
            ImageFile file = ImageFile.open("modules", module.path());
            long start = map.reserveFrom(map.highestEnd(), "module " + file.name(), file.size(), PAGE_BYTES);
            map.copy(start, file.bytes());
            String fileName = String.valueOf(module.path().getFileName());
            loaded.add(new MultibootInformation.Module(
                    start, start + file.size(), withArguments(fileName, module.arguments())));
        }
        return loaded;
    }

    private static String commandLine(BootConfiguration configuration) {
        return withArguments(String.valueOf(configuration.program().getFileName()), configuration.commandLine());
    }

    /** Like other loaders: the file first, as a program finds its own name in argv[0]. */
    private static String withArguments(String fileName, String arguments) {
        return arguments.isEmpty() ? fileName : fileName + " " + arguments;
    }
}
