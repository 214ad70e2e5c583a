package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.ElfType;
import dev.kvmdap.elf.Segment;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Boots an ELF file: each PT_LOAD segment goes to its physical address, as boot loaders do it, and execution starts at
 * {@code e_entry} or at the entry point given. An entry point by virtual address, as a kernel linked to the higher half
 * has it, becomes the physical address of the same byte. The mode is long for ELF64 and protected for ELF32 where none is
 * given. What else the image finds: {@link Surroundings}.
 */
final class ElfBoot {

    private ElfBoot() {}

    static InitialState load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        configuration.refuseLoadAddress("the segments of an ELF file say where they go");
        configuration.refuseCommandLineAndModules(
                "nobody tells an ELF image anything unless it has a Multiboot header");
        ElfFile elf = ElfFile.parse(image.name(), image.bytes());
        CpuMode mode = configuration.cpuMode();
        if (mode == null) {
            mode = elf.is64() ? CpuMode.LONG : CpuMode.PROTECTED;
        }
        loadSegments(elf, map);
        long entry = entryPoint(elf, configuration.entryPoint());
        return Surroundings.make(mode, entry, map.lowestAddress(), map);
    }

    /** Loads the PT_LOAD segments. */
    static void loadSegments(ElfFile elf, LoadMap map) {
        if (elf.type() != ElfType.EXECUTABLE) {
            throw new BootException("%s is %s; a guest must be linked to fixed addresses: link it with -static -no-pie"
                    .formatted(elf.name(), describe(elf.type())));
        }
        int loaded = 0;
        for (int i = 0; i < elf.segments().size(); i++) {
            Segment segment = elf.segments().get(i);
            if (!segment.isLoaded() || segment.memorySize() == 0) {
                continue;
            }
            if (Long.compareUnsigned(segment.fileSize(), segment.memorySize()) > 0) {
                throw new BootException(
                        "%s: segment %d has %d bytes in the file but %d in memory; the file is damaged: build it again"
                                .formatted(elf.name(), i, segment.fileSize(), segment.memorySize()));
            }
            map.load("segment " + i, segment.physicalAddress(), elf.contents(segment), segment.memorySize());
            loaded++;
        }
        if (loaded == 0) {
            throw new BootException("%s has no segments to load (PT_LOAD); link it with ld".formatted(elf.name()));
        }
    }

    /**
     * Where execution starts: at the address given, else where the file says.
     *
     * @return a physical address
     */
    static long entryPoint(ElfFile elf, @Nullable GuestVirtual given) {
        if (given != null) {
            return physical(elf, given.address()).orElse(given.address());
        }
        return physical(elf, elf.entry())
                .orElseThrow(() -> new BootException(
                        "%s: the entry point 0x%x lies in no segment; name it by ENTRY in the linker script or by ld -e, or set 'entryPoint'"
                                .formatted(elf.name(), elf.entry())));
    }

    /** The physical address of what a virtual or physical address of a loaded segment means. */
    private static OptionalLong physical(ElfFile elf, long address) {
        for (Segment segment : elf.segments()) {
            if (segment.isLoaded() && covers(segment.virtualAddress(), segment, address)) {
                return OptionalLong.of(address - segment.virtualAddress() + segment.physicalAddress());
            }
        }
        boolean isPhysical = elf.segments().stream()
                .anyMatch(segment -> segment.isLoaded() && covers(segment.physicalAddress(), segment, address));
        return isPhysical ? OptionalLong.of(address) : OptionalLong.empty();
    }

    private static boolean covers(long start, Segment segment, long address) {
        return Long.compareUnsigned(address - start, segment.memorySize()) < 0;
    }

    private static String describe(ElfType type) {
        return switch (type) {
            case RELOCATABLE -> "an object file, not linked yet";
            case EXECUTABLE -> "an executable";
            case SHARED -> "position-independent";
            case CORE -> "a core file";
        };
    }
}
