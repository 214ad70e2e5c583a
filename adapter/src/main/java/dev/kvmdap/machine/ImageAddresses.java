package dev.kvmdap.machine;

/**
 * The physical addresses of an image whose Multiboot header says where it goes ("a.out kludge"), whatever its file format.
 *
 * @param version of Multiboot, for messages
 * @param header of the Multiboot header itself
 * @param loadStart of the first byte to load
 * @param loadEnd behind the last byte to load; 0 for the end of the file
 * @param bssEnd behind the last zero; 0 for no zeros
 */
record ImageAddresses(int version, long header, long loadStart, long loadEnd, long bssEnd) {

    /** For {@code loadStart}: the file's first byte. */
    static final long START_OF_FILE = 0xffff_ffffL;

    /** What is loaded from the file, and how much memory it takes. */
    private record Extent(long start, int offset, int size, long memorySize) {}

    /** The lowest address. */
    long start(ImageFile image, int headerOffset) {
        return extent(image, headerOffset).start();
    }

    /** Behind the highest address. */
    long end(ImageFile image, int headerOffset) {
        Extent extent = extent(image, headerOffset);
        return extent.start() + extent.memorySize();
    }

    /**
     * Loads the image.
     *
     * @param headerOffset where the header begins in the file
     * @param offset what is added to the addresses
     */
    void load(ImageFile image, int headerOffset, long offset, LoadMap map) {
        Extent extent = extent(image, headerOffset);
        map.load(
                "the image", extent.start() + offset, image.slice(extent.offset(), extent.size()), extent.memorySize());
    }

    private Extent extent(ImageFile image, int headerOffset) {
        long start = version == 2 && loadStart == START_OF_FILE ? header - headerOffset : loadStart;
        long offset = headerOffset - (header - start);
        if (start < 0 || start > header || offset < 0) {
            throw wrong(
                    image,
                    "load_addr 0x%x must be at most header_addr 0x%x, and not before the file's start"
                            .formatted(loadStart, header));
        }
        long size = loadEnd == 0 ? image.size() - offset : loadEnd - start;
        if (size <= 0 || size > image.size() - offset) {
            throw wrong(
                    image,
                    "load_end_addr 0x%x must be above load_addr 0x%x by at most the %d bytes that the file has"
                            .formatted(loadEnd, start, image.size() - offset));
        }
        long memorySize = bssEnd == 0 ? size : bssEnd - start;
        if (memorySize < size) {
            throw wrong(
                    image,
                    "bss_end_addr 0x%x must be 0 or at least the end of what is loaded, 0x%x"
                            .formatted(bssEnd, start + size));
        }
        return new Extent(start, (int) offset, (int) size, memorySize);
    }

    private BootException wrong(ImageFile image, String what) {
        return new BootException(
                "%s: the Multiboot %d header's addresses are wrong: %s".formatted(image.name(), version, what));
    }
}
