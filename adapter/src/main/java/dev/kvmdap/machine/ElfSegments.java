package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.ElfType;
import dev.kvmdap.elf.Segment;
import dev.kvmdap.x86.GuestVirtual;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an ELF file that a boot loader puts into memory (PT_LOAD), each at its physical address. An address by which the
 * file calls its code may be virtual, as in a kernel linked to the higher half; here it becomes the physical one of the same byte.
 */
final class ElfSegments {

    private final ElfFile elf;

    ElfSegments(ElfFile elf) {
        this.elf = elf;
    }

    /** Of an image that must be an ELF file. */
    static ElfSegments of(ImageFile image) {
        return new ElfSegments(ElfFile.parse(image.name(), image.whole()));
    }

    ElfFile elf() {
        return elf;
    }

    /** Loads an image that is linked to fixed addresses. */
    void load(LoadMap map) {
        if (elf.type() != ElfType.EXECUTABLE) {
            throw new BootException("%s is %s; a guest must be linked to fixed addresses: link it with -static -no-pie"
                    .formatted(elf.name(), describe(elf.type())));
        }
        load(0, map);
    }

    /**
     * Loads an image elsewhere than it is linked to.
     *
     * @param offset what is added to its physical addresses
     */
    void load(long offset, LoadMap map) {
        if (elf.type() != ElfType.EXECUTABLE && elf.type() != ElfType.SHARED) {
            throw new BootException(
                    "%s is %s; a guest must be a linked image".formatted(elf.name(), describe(elf.type())));
        }
        requireAny();
        List<Segment> segments = elf.segments();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (isLoaded(segment)) {
                if (Long.compareUnsigned(segment.fileSize(), segment.memorySize()) > 0) {
                    throw new BootException(
                            "%s: segment %d has %d bytes in the file but %d in memory; the file is damaged: build it again"
                                    .formatted(elf.name(), i, segment.fileSize(), segment.memorySize()));
                }
                map.load(
                        "segment " + i,
                        segment.physicalAddress() + offset,
                        elf.contents(segment),
                        segment.memorySize());
            }
        }
    }

    private void requireAny() {
        if (elf.segments().stream().noneMatch(ElfSegments::isLoaded)) {
            throw new BootException("%s has no segments to load (PT_LOAD); link it with ld".formatted(elf.name()));
        }
    }

    private static boolean isLoaded(Segment segment) {
        return segment.isLoaded() && segment.memorySize() != 0;
    }

    /** The lowest physical address that it is linked to. */
    long start() {
        requireAny();
        return elf.segments().stream()
                .filter(ElfSegments::isLoaded)
                .mapToLong(Segment::physicalAddress)
                .min()
                .orElseThrow();
    }

    /** Behind the highest physical address that it is linked to. */
    long end() {
        requireAny();
        return elf.segments().stream()
                .filter(ElfSegments::isLoaded)
                .mapToLong(segment -> segment.physicalAddress() + segment.memorySize())
                .max()
                .orElseThrow();
    }

    /**
     * Where execution starts: at the address given, else where the file says.
     *
     * @return a physical address, as linked
     */
    long entryPoint(@Nullable GuestVirtual given) {
        if (given != null) {
            return physical(given.address()).orElse(given.address());
        }
        return physical(elf.entry())
                .orElseThrow(() -> new BootException(
                        "%s: the entry point 0x%x lies in no segment; name it by ENTRY in the linker script or by ld -e, or set 'entryPoint'"
                                .formatted(elf.name(), elf.entry())));
    }

    /** The physical address of what a virtual or physical address of a loaded segment means. */
    private OptionalLong physical(long address) {
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
