package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;

/** Puts an image into the guest's memory and says how the first vCPU starts. */
public final class BootImage {

    private BootImage() {}

    /**
     * Loads an image by the protocol asked for, or by the one that fits it.
     *
     * @param ram the guest's RAM, all zeros
     * @throws BootException where the image or the configuration is wrong, or does not fit into RAM
     */
    public static BootedImage load(BootConfiguration configuration, PhysicalWriter ram) {
        try {
            ImageFile image = ImageFile.open("program", configuration.program());
            Recognition recognition = recognise(image, configuration.protocol());
            LoadMap map = new LoadMap(ram);
            InitialState state = switch (recognition.protocol()) {
                case ELF -> ElfBoot.load(image, configuration, map);
                case MULTIBOOT -> MultibootBoot.load(image, configuration, map);
                case BOOT_SECTOR -> BootSectorBoot.load(image, configuration, map);
                case FLAT, AUTO -> FlatBoot.load(image, configuration, map);
            };
            String sentence = "%s: booted as %s in %s mode at %s, because %s"
                    .formatted(
                            configuration.program().getFileName(),
                            recognition.protocol().term(),
                            state.mode().term(),
                            state.entry(),
                            recognition.reason());
            return new BootedImage(recognition.protocol(), sentence, state, map.ranges());
        } catch (ElfException e) {
            throw new BootException(e);
        }
    }

    private record Recognition(BootProtocol protocol, String reason) {}

    private static Recognition recognise(ImageFile image, BootProtocol asked) {
        if (asked != BootProtocol.AUTO) {
            return new Recognition(asked, "the configuration asks for it");
        }
        return MultibootHeader.find(image)
                .map(header -> new Recognition(
                        BootProtocol.MULTIBOOT, "it has a Multiboot header at offset 0x%x".formatted(header.offset())))
                .orElseGet(() -> recogniseWithoutHeader(image));
    }

    private static Recognition recogniseWithoutHeader(ImageFile image) {
        if (ElfFile.isElf(image.path())) {
            return new Recognition(BootProtocol.ELF, "it is an ELF file without a Multiboot header");
        }
        if (BootSectorBoot.recognises(image)) {
            return new Recognition(BootProtocol.BOOT_SECTOR, BootSectorBoot.reason(image));
        }
        return new Recognition(
                BootProtocol.FLAT,
                "it has no Multiboot header, is no ELF file, and its first sector does not end with 55 aa");
    }
}
