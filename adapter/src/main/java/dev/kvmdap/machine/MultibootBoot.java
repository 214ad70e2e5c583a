package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.x86.CpuMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Boots a kernel by the Multiboot 1 protocol (Multiboot specification 0.6.96, 3.2): in protected mode without paging, EAX
 * the loader's magic number, EBX the address of the {@link MultibootInformation}. The image goes where the header's
 * addresses say, where it has any, else where its ELF segments say; ELF64 is accepted too. Modules follow the image at
 * page boundaries. What the specification leaves open is as in {@link Surroundings}.
 */
final class MultibootBoot implements BootLoader {

    private static final long LOADER_MAGIC = 0x2bad_b002L;

    /** Where the addresses of Multiboot end, 1 and 2. */
    static final long ADDRESS_SPACE = 4L << 30;

    @Override
    public LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        refuseWhatTheHeaderSays(configuration);
        MultibootHeader header = MultibootHeader.require(image);
        header.refuseUnknownRequirements(image);
        ElfSegments segments = header.addresses() == null ? segments(image) : null;
        long entry;
        if (segments == null) {
            header.requireAddresses().load(image, header.offset(), 0, map);
            entry = header.entry();
        } else {
            segments.load(map);
            entry = segments.entryPoint(null);
        }
        requireIn32Bits(image, map);
        long imageStart = map.lowestAddress();
        List<String> remarks = new ArrayList<>(header.remarks());
        List<LoadedModule> modules = LoadedModule.load(configuration.modules(), map);
        ImageSections sections = segments == null ? null : sections(segments.elf(), map, remarks);
        String commandLine = LoadedModule.withArguments(image.fileName(), configuration.commandLine());
        long information =
                new MultibootInformation(commandLine, modules, sections, header.wantsVideo(), map.memory()).place(map);
        InitialState state = Surroundings.make(CpuMode.PROTECTED, entry, imageStart, map)
                .withRegisters(LOADER_MAGIC, information, 0, 0);
        return new LoadedImage(state, 0, remarks, null);
    }

    /** What is of no use to a kernel with a Multiboot header, 1 or 2. */
    static void refuseWhatTheHeaderSays(BootConfiguration configuration) {
        String reason = "a Multiboot header says how the image starts";
        configuration.refuseCpuMode(reason);
        configuration.refuseLoadAddress(reason);
        configuration.refuseEntryPoint(reason);
        configuration.refuseInitrd("a Multiboot kernel gets it as one of its 'modules'");
        configuration.refuseDisk("a Multiboot kernel finds no disk controller here");
    }

    private static ElfSegments segments(ImageFile image) {
        if (!ElfFile.isElf(image.path())) {
            throw new BootException(
                    "%s: the Multiboot header gives no addresses (flag bit 16 is clear), so this should be an ELF file, and it is none; link it to ELF, or give the addresses"
                            .formatted(image.name()));
        }
        return ElfSegments.of(image);
    }

    static void requireIn32Bits(ImageFile image, LoadMap map) {
        if (map.highestEnd() > ADDRESS_SPACE) {
            throw new BootException("%s reaches above 4 GiB, where Multiboot's 32-bit addresses end; link it lower"
                    .formatted(image.name()));
        }
    }

    /** The kernel's sections; null with a remark where their headers are damaged, and where it has none. */
    static @Nullable ImageSections sections(ElfFile elf, LoadMap map, List<String> remarks) {
        try {
            ImageSections sections = ImageSections.load(elf, ADDRESS_SPACE, map);
            return sections.count() == 0 ? null : sections;
        } catch (ElfException damaged) {
            remarks.add("The kernel is not told of its sections: " + damaged.getMessage());
            return null;
        }
    }
}
