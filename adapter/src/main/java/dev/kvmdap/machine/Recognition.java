package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What an image is, by the marks in its file. Where it bears several, the first counts: Multiboot 1, Multiboot 2, PVH, Linux; an
 * ELF file without any of them; a disk's first sector; and flat where there is none.
 *
 * @param protocol how it is booted; never {@link BootProtocol#AUTO}
 * @param reason why, as a clause for the user
 */
record Recognition(BootProtocol protocol, String reason) {

    static Recognition of(ImageFile image, BootProtocol asked) {
        if (asked != BootProtocol.AUTO) {
            return new Recognition(asked, "the configuration asks for it");
        }
        List<Recognition> marks = marks(image);
        if (marks.isEmpty()) {
            return withoutMarks(image);
        }
        Recognition first = marks.get(0);
        String others = marks.stream()
                .skip(1)
                .map(mark -> "'%s', as %s".formatted(mark.protocol().term(), mark.reason()))
                .collect(Collectors.joining("; or to "));
        return others.isEmpty()
                ? first
                : new Recognition(first.protocol(), first.reason() + "; 'boot' may also be set to " + others);
    }

    private static List<Recognition> marks(ImageFile image) {
        List<Recognition> marks = new ArrayList<>();
        MultibootHeader.find(image)
                .ifPresent(header -> marks.add(new Recognition(
                        BootProtocol.MULTIBOOT,
                        "it has a Multiboot header at offset 0x%x".formatted(header.offset()))));
        Optional<Integer> multiboot2 = Multiboot2Header.find(image);
        multiboot2.ifPresent(offset -> marks.add(new Recognition(
                BootProtocol.MULTIBOOT2, "it has a Multiboot 2 header at offset 0x%x".formatted(offset))));
        OptionalLong pvh = PvhBoot.entry(image);
        if (pvh.isPresent()) {
            marks.add(new Recognition(
                    BootProtocol.PVH, "it has a PVH note with the entry point 0x%x".formatted(pvh.getAsLong())));
        }
        if (LinuxSetupHeader.isIn(image)) {
            marks.add(new Recognition(BootProtocol.LINUX, "it has a Linux setup header, 'HdrS' at offset 0x202"));
        } else if (LinuxBoot.isVmlinux(image)) {
            marks.add(new Recognition(BootProtocol.LINUX, "it is an ELF file with a note of 'Linux'"));
        }
        return marks;
    }

    private static Recognition withoutMarks(ImageFile image) {
        if (ElfFile.isElf(image.path())) {
            return new Recognition(
                    BootProtocol.ELF, "it is an ELF file without a Multiboot header and without notes of PVH or Linux");
        }
        if (BootSectorBoot.recognises(image)) {
            return new Recognition(BootProtocol.BOOT_SECTOR, BootSectorBoot.reason(image));
        }
        return new Recognition(
                BootProtocol.FLAT,
                "it has no Multiboot header, is no ELF file, and its first sector does not end with 55 aa");
    }
}
