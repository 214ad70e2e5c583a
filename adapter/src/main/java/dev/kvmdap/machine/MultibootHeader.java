package dev.kvmdap.machine;

import dev.kvmdap.bios.TextMode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The header by which a kernel asks for a Multiboot 1 loader (Multiboot specification 0.6.96, 3.1).
 *
 * @param offset where it begins in the file
 * @param flags what the kernel asks for
 * @param addresses where the image goes, for a file that is not ELF (flag bit 16); null where the ELF header says it
 * @param entry of the first instruction, beside {@code addresses}
 * @param video the mode that it would like the screen to be in (flag bit 2); null for any
 */
record MultibootHeader(
        int offset,
        int flags,
        @Nullable ImageAddresses addresses,
        long entry,
        @Nullable VideoMode video) {

    static final int PAGE_ALIGNED_MODULES = 1;
    static final int MEMORY_INFORMATION = 1 << 1;

    private static final int MAGIC = 0x1bad_b002;
    private static final int SEARCHED_BYTES = 8192;
    private static final int HEADER_BYTES = 12;
    private static final int ADDRESSES_BYTES = 20;
    private static final int VIDEO_OFFSET = 32;
    private static final int VIDEO_BYTES = 16;
    private static final int TEXT_MODE = 1;

    private static final int VIDEO_MODE = 1 << 2;
    private static final int HAS_ADDRESSES = 1 << 16;

    /** A loader must refuse a kernel that sets a bit among these that the loader does not know. */
    private static final int REQUIREMENTS = 0xffff;

    private static final int UNKNOWN_REQUIREMENTS =
            REQUIREMENTS & ~(PAGE_ALIGNED_MODULES | MEMORY_INFORMATION | VIDEO_MODE);

    /**
     * A mode of the screen.
     *
     * @param text whether it shows characters; else pixels
     * @param width in characters or pixels; 0 for any
     * @param height in characters or pixels; 0 for any
     * @param depth bits of a pixel; 0 for any
     */
    record VideoMode(boolean text, int width, int height, int depth) {

        /** The remark that only the {@link TextMode} is there; empty where that is what is asked for. */
        List<String> remarks() {
            return text
                    ? List.of()
                    : List.of(
                            "The kernel would like a framebuffer%s and is told of the text screen at 0x%x, %d by %d: there are no graphics here."
                                    .formatted(
                                            width == 0 ? "" : " of %d by %d".formatted(width, height),
                                            TextMode.ADDRESS,
                                            TextMode.COLUMNS,
                                            TextMode.ROWS));
        }
    }

    /** The first valid header in the file's first 8 KiB, at a multiple of 4. */
    static Optional<MultibootHeader> find(ImageFile image) {
        ByteBuffer bytes = image.bytes();
        int last = Math.min(SEARCHED_BYTES, image.bytes().limit()) - HEADER_BYTES;
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
        int flags = image.bytes().getInt(offset + 4);
        VideoMode video = (flags & VIDEO_MODE) == 0 ? null : readVideoMode(image, offset);
        if ((flags & HAS_ADDRESSES) == 0) {
            return new MultibootHeader(offset, flags, null, 0, video);
        }
        int at = offset + HEADER_BYTES;
        requireInSearchedPart(image, offset, at + ADDRESSES_BYTES, "16", "addresses");
        ImageAddresses addresses = new ImageAddresses(
                1, number(image, at), number(image, at + 4), number(image, at + 8), number(image, at + 12));
        return new MultibootHeader(offset, flags, addresses, number(image, at + 16), video);
    }

    private static VideoMode readVideoMode(ImageFile image, int offset) {
        int at = offset + VIDEO_OFFSET;
        requireInSearchedPart(image, offset, at + VIDEO_BYTES, "2", "a video mode");
        ByteBuffer bytes = image.bytes();
        return new VideoMode(
                bytes.getInt(at) == TEXT_MODE, bytes.getInt(at + 4), bytes.getInt(at + 8), bytes.getInt(at + 12));
    }

    private static void requireInSearchedPart(ImageFile image, int offset, int end, String bit, String what) {
        if (end > Math.min(SEARCHED_BYTES, image.bytes().limit())) {
            throw new BootException(
                    "%s: the Multiboot header at offset 0x%x says by flag bit %s that %s follow, but it is cut short; add them, or clear the bit"
                            .formatted(image.name(), offset, bit, what));
        }
    }

    private static long number(ImageFile image, int at) {
        return Integer.toUnsignedLong(image.bytes().getInt(at));
    }

    /** The addresses of an image that has some. */
    ImageAddresses requireAddresses() {
        return Objects.requireNonNull(addresses);
    }

    /** Whether the kernel wants to know of the screen. */
    boolean wantsVideo() {
        return video != null;
    }

    /** What the kernel asks for and does not get. */
    List<String> remarks() {
        return video == null ? List.of() : video.remarks();
    }

    private static String whyThereIsNone(ImageFile image) {
        ByteBuffer bytes = image.bytes();
        int last = Math.min(SEARCHED_BYTES, image.bytes().limit()) - HEADER_BYTES;
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
        if ((flags & UNKNOWN_REQUIREMENTS) != 0) {
            throw new BootException(
                    "%s: the Multiboot header requires what Multiboot 1 does not define (flag bit %d); only bits 0, 1 and 2 can be granted: clear it"
                            .formatted(image.name(), Integer.numberOfTrailingZeros(flags & UNKNOWN_REQUIREMENTS)));
        }
    }
}
