package dev.kvmdap.symbols;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Section;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The sections of an image that the guest has in memory, by the addresses it was linked to. */
final class CodeSections {

    private static final long PAGE = 4096;

    /** How many bytes on either side of an address tell its code from other code. */
    private static final int REACH = 16;

    private final ElfFile elf;

    CodeSections(ElfFile elf) {
        this.elf = elf;
    }

    /**
     * The code around an address.
     *
     * @param address linear
     * @param offset of linear addresses from those that the image was linked to
     */
    Optional<CodeBytes> codeAround(long address, long offset, boolean booted) {
        long linked = address - offset;
        return elf.sections().stream()
                .filter(section -> section.isExecutable() && section.type() != Section.NOBITS)
                .filter(section -> section.contains(linked))
                .findFirst()
                .map(section -> around(section, address, offset, booted));
    }

    private CodeBytes around(Section section, long address, long offset, boolean booted) {
        long page = address & -PAGE;
        long first = section.address() + offset;
        ByteBuffer contents = elf.contents(section);
        long from = Math.max(Math.max(address - REACH, page), first);
        long to = Math.min(Math.min(address + REACH, page + PAGE), first + contents.limit());
        ByteBuffer bytes = contents.slice((int) (from - first), Math.max(0, (int) (to - from)));
        return new CodeBytes(from, bytes, booted && belongsToCode(page - offset));
    }

    private boolean belongsToCode(long page) {
        boolean begins = false;
        for (Section section : elf.sections()) {
            boolean overlaps = section.isAllocated()
                    && section.address() - page < PAGE
                    && page - section.address() < section.size();
            if (overlaps && section.isWritable()) {
                return false;
            }
            begins |= section.contains(page);
        }
        return begins;
    }
}
