package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.x86.CpuMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Boots a kernel by the Multiboot 2 protocol (Multiboot2 specification 2.0, 3.5): in protected mode without paging, EAX the
 * loader's magic number, EBX the address of the {@link Multiboot2Information}. The image goes where the header's addresses say,
 * where it has any, else where its ELF segments say, moved where the header allows and prefers it. Modules follow the image at
 * page boundaries. What the specification leaves open is as in {@link Surroundings}.
 */
final class Multiboot2Boot implements BootLoader {

    private static final long LOADER_MAGIC = 0x36d7_6289L;

    @Override
    public LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        MultibootBoot.refuseWhatTheHeaderSays(configuration);
        Multiboot2Header header = Multiboot2Header.read(image, map.acpiRoot().isPresent());
        ElfSegments segments = header.addresses() == null ? segments(image) : null;
        long offset = place(image, header, segments, map);
        MultibootBoot.requireIn32Bits(image, map);
        long imageStart = map.lowestAddress();
        long entry = entry(image, header, segments) + offset;

        List<String> remarks = new ArrayList<>(header.remarks());
        Multiboot2Information information = new Multiboot2Information();
        information.commandLine(LoadedModule.withArguments(image.fileName(), configuration.commandLine()));
        information.loaderName(MultibootInformation.LOADER_NAME);
        information.modules(LoadedModule.load(configuration.modules(), map));
        information.memory(map.memory());
        information.screen();
        ImageSections sections = segments == null ? null : MultibootBoot.sections(segments.elf(), map, remarks);
        if (sections != null) {
            information.sections(sections);
        }
        map.acpiRoot().ifPresent(information::acpi);
        if (header.relocation() != null) {
            information.loadBase(imageStart);
        }
        InitialState state = Surroundings.make(CpuMode.PROTECTED, entry, imageStart, map)
                .withRegisters(LOADER_MAGIC, information.place(map), 0, 0);
        return new LoadedImage(state, offset, remarks, null);
    }

    private static ElfSegments segments(ImageFile image) {
        if (!ElfFile.isElf(image.path())) {
            throw new BootException(
                    "%s: the Multiboot 2 header gives no addresses (tag 2), so this should be an ELF file, and it is none; link it to ELF, or give the addresses"
                            .formatted(image.name()));
        }
        return ElfSegments.of(image);
    }

    /** Loads the image: what is added to the addresses that it is linked to. */
    private static long place(ImageFile image, Multiboot2Header header, @Nullable ElfSegments segments, LoadMap map) {
        ImageAddresses addresses = header.addresses();
        Multiboot2Header.Relocation relocation = header.relocation();
        long offset = 0;
        if (addresses != null) {
            if (relocation != null) {
                long start = addresses.start(image, header.offset());
                long size = addresses.end(image, header.offset()) - start;
                offset = relocation.choose(image.name(), start, size, map) - start;
            }
            addresses.load(image, header.offset(), offset, map);
        } else if (segments != null && relocation != null) {
            long start = segments.start();
            offset = relocation.choose(image.name(), start, segments.end() - start, map) - start;
            segments.load(offset, map);
        } else if (segments != null) {
            segments.load(map);
        }
        return offset;
    }

    private static long entry(ImageFile image, Multiboot2Header header, @Nullable ElfSegments segments) {
        Long entry = header.entry();
        if (entry != null) {
            return entry;
        }
        if (segments == null) {
            throw new BootException(
                    "%s: the Multiboot 2 header gives addresses (tag 2) but no entry address (tag 3); add it"
                            .formatted(image.name()));
        }
        return segments.entryPoint(null);
    }
}
