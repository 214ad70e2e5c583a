package dev.kvmdap.machine;

/** One way of booting: puts an image into the guest's memory, and what it finds there beside itself. */
interface BootLoader {

    /**
     * Loads an image.
     *
     * @throws BootException where the image or the configuration is wrong, or does not fit into RAM
     * @throws dev.kvmdap.elf.ElfException where the image is a damaged ELF file
     */
    LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map);
}
