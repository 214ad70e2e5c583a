package dev.kvmdap.machine;

import dev.kvmdap.bios.MemoryMap;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Note;
import dev.kvmdap.x86.CpuMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Boots an ELF image by the x86/HVM direct boot ABI of Xen, "PVH": its note XEN_ELFNOTE_PHYS32_ENTRY names the physical entry
 * point, which is reached in protected mode without paging, EBX the address of {@code struct hvm_start_info} (Xen's public
 * headers arch-x86/hvm/start_info.h and elfnote.h). The initial file system is the first module. What the ABI leaves open is as
 * in {@link Surroundings}.
 */
final class PvhBoot implements BootLoader {

    private static final String XEN = "Xen";
    private static final int PHYS32_ENTRY = 18;

    private static final int START_INFO_MAGIC = 0x336e_c578;
    private static final int VERSION_WITH_MEMORY_MAP = 1;
    private static final int START_INFO_BYTES = 56;
    private static final int MODULE_BYTES = 32;
    private static final int MEMORY_BYTES = 24;

    /** The entry point that an image's note names; empty where it has none, or is no readable ELF file. */
    static OptionalLong entry(ImageFile image) {
        if (!ElfFile.isElf(image.path())) {
            return OptionalLong.empty();
        }
        try {
            return entry(ElfFile.parse(image.name(), image.whole()));
        } catch (ElfException damaged) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong entry(ElfFile elf) {
        for (Note note : elf.notes()) {
            ByteBuffer contents = note.contents();
            if (note.owner().equals(XEN) && note.type() == PHYS32_ENTRY && contents.limit() >= Integer.BYTES) {
                return OptionalLong.of(
                        contents.limit() >= Long.BYTES
                                ? contents.getLong(0)
                                : Integer.toUnsignedLong(contents.getInt(0)));
            }
        }
        return OptionalLong.empty();
    }

    @Override
    public LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        String reason = "a PVH note says how the image starts";
        configuration.refuseCpuMode(reason);
        configuration.refuseLoadAddress(reason);
        configuration.refuseEntryPoint(reason);
        configuration.refuseDisk("a PVH kernel finds no disk controller here");
        ElfSegments segments = ElfSegments.of(image);
        long entry = entry(segments.elf())
                .orElseThrow(() -> new BootException(
                        "%s has no PVH entry point (a note of 'Xen' with type %d and 4 bytes or more); add the note, or choose another 'boot'"
                                .formatted(image.name(), PHYS32_ENTRY)));
        segments.load(map);
        long imageStart = map.lowestAddress();
        List<BootModule> files = new ArrayList<>();
        if (configuration.initrd() != null) {
            files.add(new BootModule(configuration.initrd(), ""));
        }
        files.addAll(configuration.modules());
        List<LoadedModule> modules = LoadedModule.load(files, map);
        long startInfo = startInfo(configuration.commandLine(), modules, map);
        return LoadedImage.of(
                Surroundings.make(CpuMode.PROTECTED, entry, imageStart, map).withRegisters(0, startInfo, 0, 0));
    }

    private static long startInfo(String commandLine, List<LoadedModule> modules, LoadMap map) {
        BootBlock block = new BootBlock();
        int info = block.add(START_INFO_BYTES, 1);
        List<MemoryMap.Range> memory = map.memory().ranges();
        block.putInt(info, START_INFO_MAGIC)
                .putInt(info + 4, VERSION_WITH_MEMORY_MAP)
                .putInt(info + 12, modules.size())
                .putInt(info + 48, memory.size());
        int entry = block.add(memory.size() * MEMORY_BYTES, Long.BYTES);
        block.pointLong(info + 40, entry);
        for (MemoryMap.Range range : memory) {
            block.putLong(entry, range.start())
                    .putLong(entry + 8, range.size())
                    .putInt(entry + 16, range.type().number());
            entry += MEMORY_BYTES;
        }
        if (!modules.isEmpty()) {
            int list = block.add(modules.size() * MODULE_BYTES, Long.BYTES);
            block.pointLong(info + 16, list);
            for (LoadedModule module : modules) {
                block.putLong(list, module.start())
                        .putLong(list + 8, module.size())
                        .pointLong(list + 16, block.add(module.text()));
                list += MODULE_BYTES;
            }
        }
        block.pointLong(info + 24, block.add(commandLine));
        map.acpiRoot().ifPresent(root -> block.putLong(info + 32, root.address()));
        return block.place("PVH start info", Long.BYTES, map);
    }
}
