package dev.kvmdap.machine;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The header by which a kernel asks for a Multiboot 1 loader (Multiboot specification 0.6.96, 3.1).
 *
 * @param offset where it begins in the file
 * @param flags what the kernel asks for
 * @param addresses where the image goes, for a file that is not ELF (flag bit 16); null where the ELF header says it
 */
record MultibootHeader(int offset, int flags, @Nullable Addresses addresses) {

    static final int PAGE_ALIGNED_MODULES = 1;
    static final int MEMORY_INFORMATION = 1 << 1;

    private static final int MAGIC = 0x1bad_b002;
    private static final int SEARCHED_BYTES = 8192;
    private static final int HEADER_BYTES = 12;
    private static final int ADDRESSES_BYTES = 20;

    private static final int VIDEO_MODE = 1 << 2;
    private static final int HAS_ADDRESSES = 1 << 16;

    /** A loader must refuse a kernel that sets a bit among these that the loader does not know. */
    private static final int REQUIREMENTS = 0xffff;

    private static final int UNKNOWN_REQUIREMENTS =
            REQUIREMENTS & ~(PAGE_ALIGNED_MODULES | MEMORY_INFORMATION | VIDEO_MODE);

    /**
     * The physical addresses of an image without an ELF header ("a.out kludge").
     *
     * @param header of the Multiboot header itself
     * @param loadStart of the first byte to load
     * @param loadEnd behind the last byte to load; 0 for the end of the file
     * @param bssEnd behind the last zero; 0 for no zeros
     * @param entry of the first instruction
     */
    record Addresses(long header, long loadStart, long loadEnd, long bssEnd, long entry) {}

    /** The first valid header in the file's first 8 KiB, at a multiple of 4. */
    static Optional<MultibootHeader> find(ImageFile image) {
        ByteBuffer bytes = image.bytes();
        int last = Math.min(SEARCHED_BYTES, image.size()) - HEADER_BYTES;
        for (int offset = 0; offset <= last; offset += Integer.BYTES) {
            if (bytes.getInt(offset) == MAGIC && checksumIsRight(bytes, offset)) {
                return Optional.of(read(image, offset));
            }
        }
        return Optional.empty();
    }

    /** As {@link #find}, for a kernel that must have one. */
    static MultibootHeader require(ImageFile image) {
        return find(image).orElseThrow(() -> new BootException(whyThereIsNone(image)));
    }

    private static boolean checksumIsRight(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset) + bytes.getInt(offset + 4) + bytes.getInt(offset + 8) == 0;
    }

    private static MultibootHeader read(ImageFile image, int offset) {
        ByteBuffer bytes = image.bytes();
        int flags = bytes.getInt(offset + 4);
        if ((flags & HAS_ADDRESSES) == 0) {
            return new MultibootHeader(offset, flags, null);
        }
        int at = offset + HEADER_BYTES;
        if (Math.min(SEARCHED_BYTES, image.size()) - at < ADDRESSES_BYTES) {
            throw new BootException(
                    "%s: the Multiboot header at offset 0x%x says by flag bit 16 that addresses follow, but it is cut short; add them, or clear the bit"
                            .formatted(image.name(), offset));
        }
        Addresses addresses = new Addresses(
                Integer.toUnsignedLong(bytes.getInt(at)),
                Integer.toUnsignedLong(bytes.getInt(at + 4)),
                Integer.toUnsignedLong(bytes.getInt(at + 8)),
                Integer.toUnsignedLong(bytes.getInt(at + 12)),
                Integer.toUnsignedLong(bytes.getInt(at + 16)));
        return new MultibootHeader(offset, flags, addresses);
    }

    private static String whyThereIsNone(ImageFile image) {
        ByteBuffer bytes = image.bytes();
        int last = Math.min(SEARCHED_BYTES, image.size()) - HEADER_BYTES;
        for (int offset = 0; offset <= last; offset += Integer.BYTES) {
            if (bytes.getInt(offset) == MAGIC) {
                return "%s: the Multiboot header at offset 0x%x has a wrong checksum: magic, flags and checksum must sum to 0, and sum to 0x%x"
                        .formatted(
                                image.name(),
                                offset,
                                bytes.getInt(offset) + bytes.getInt(offset + 4) + bytes.getInt(offset + 8));
            }
        }
        return "%s has no Multiboot header (the bytes 02 b0 ad 1b at a multiple of 4 in its first 8 KiB); put that section first in the linker script, or choose another 'boot'"
                .formatted(image.name());
    }

    /** Refuses what the kernel requires and this loader cannot give. */
    void refuseUnknownRequirements(ImageFile image) {
        if ((flags & VIDEO_MODE) != 0) {
            throw new BootException(
                    "%s: the Multiboot header requires a video mode (flag bit 2), and this machine has no graphics; clear the bit"
                            .formatted(image.name()));
        }
        if ((flags & UNKNOWN_REQUIREMENTS) != 0) {
            throw new BootException(
                    "%s: the Multiboot header requires what Multiboot 1 does not define (flag bit %d); only bits 0 and 1 can be granted: clear it"
                            .formatted(image.name(), Integer.numberOfTrailingZeros(flags & UNKNOWN_REQUIREMENTS)));
        }
    }
}
