package dev.kvmdap.machine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The header by which a kernel asks for a Multiboot 2 loader (Multiboot2 specification 2.0, 3.1): a magic number and a list of
 * tags.
 */
final class Multiboot2Header {

    private static final int MAGIC = 0xe852_50d6;
    private static final int SEARCHED_BYTES = 32768;
    private static final int ALIGNMENT = 8;
    private static final int HEADER_BYTES = 16;
    private static final int TAG_BYTES = 8;
    private static final int I386 = 0;
    private static final int OPTIONAL = 1;

    private static final int END = 0;
    private static final int INFORMATION_REQUEST = 1;
    private static final int ADDRESSES = 2;
    private static final int ENTRY_ADDRESS = 3;
    private static final int CONSOLE = 4;
    private static final int FRAMEBUFFER = 5;
    private static final int MODULE_ALIGNMENT = 6;
    private static final int EFI_BOOT_SERVICES = 7;
    private static final int EFI_ENTRY_I386 = 8;
    private static final int EFI_ENTRY_X86_64 = 9;
    private static final int RELOCATABLE = 10;

    private static final int CONSOLE_REQUIRED = 1;
    private static final int TEXT_SUPPORTED = 1 << 1;

    private final ImageFile image;
    private final int offset;
    private final boolean acpi;
    private final List<String> remarks = new ArrayList<>();
    private @Nullable ImageAddresses addresses;
    private @Nullable Long entry;
    private @Nullable Relocation relocation;
    private boolean framebuffer;
    private boolean consoleRequired;
    private boolean textSupported = true;

    private Multiboot2Header(ImageFile image, int offset, boolean acpi) {
        this.image = image;
        this.offset = offset;
        this.acpi = acpi;
    }

    /** Where the first valid header of an image begins: at a multiple of 8 in its first 32 KiB. */
    static Optional<Integer> find(ImageFile image) {
        ByteBuffer bytes = image.bytes();
        int last = Math.min(SEARCHED_BYTES, bytes.limit()) - HEADER_BYTES;
        for (int at = 0; at <= last; at += ALIGNMENT) {
            if (bytes.getInt(at) == MAGIC && sum(bytes, at) == 0) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private static int sum(ByteBuffer bytes, int at) {
        return bytes.getInt(at) + bytes.getInt(at + 4) + bytes.getInt(at + 8) + bytes.getInt(at + 12);
    }

    /**
     * Reads the header of an image.
     *
     * @param acpi whether the machine has ACPI tables
     * @throws BootException where there is none, where it is damaged, or where it requires what this loader cannot give
     */
    static Multiboot2Header read(ImageFile image, boolean acpi) {
        int offset = find(image).orElseThrow(() -> new BootException(whyThereIsNone(image)));
        Multiboot2Header header = new Multiboot2Header(image, offset, acpi);
        header.readTags();
        header.requireScreenThatIsThere();
        return header;
    }

    private static String whyThereIsNone(ImageFile image) {
        ByteBuffer bytes = image.bytes();
        int last = Math.min(SEARCHED_BYTES, bytes.limit()) - HEADER_BYTES;
        for (int at = 0; at <= last; at += Integer.BYTES) {
            if (bytes.getInt(at) == MAGIC && at % ALIGNMENT != 0) {
                return "%s: the Multiboot 2 header at offset 0x%x is not at a multiple of 8: align its section"
                        .formatted(image.name(), at);
            }
            if (bytes.getInt(at) == MAGIC) {
                return "%s: the Multiboot 2 header at offset 0x%x has a wrong checksum: magic, architecture, length and checksum must sum to 0, and sum to 0x%x"
                        .formatted(image.name(), at, sum(bytes, at));
            }
        }
        return "%s has no Multiboot 2 header (the bytes d6 50 52 e8 at a multiple of 8 in its first 32 KiB); put that section first in the linker script, or choose another 'boot'"
                .formatted(image.name());
    }

    private void readTags() {
        ByteBuffer bytes = image.bytes();
        int architecture = bytes.getInt(offset + 4);
        if (architecture != I386) {
            throw wrong("is for architecture %d; 0 (i386) is allowed, for 64-bit kernels too".formatted(architecture));
        }
        long length = Integer.toUnsignedLong(bytes.getInt(offset + 8));
        if (length < HEADER_BYTES || length > Math.min(SEARCHED_BYTES, bytes.limit()) - offset) {
            throw wrong(
                    "says that it is %d bytes long; at least %d are, and its end lies in the first 32 KiB of the file"
                            .formatted(length, HEADER_BYTES));
        }
        int end = offset + (int) length;
        int at = offset + HEADER_BYTES;
        while (at + TAG_BYTES <= end) {
            int type = Short.toUnsignedInt(bytes.getShort(at));
            boolean optional = (bytes.getShort(at + 2) & OPTIONAL) != 0;
            long size = Integer.toUnsignedLong(bytes.getInt(at + 4));
            if (size < TAG_BYTES || size > end - at) {
                throw wrong(
                        "has a tag of type %d at offset 0x%x that says it is %d bytes long; from %d to the %d that remain are allowed"
                                .formatted(type, at, size, TAG_BYTES, end - at));
            }
            if (type == END) {
                return;
            }
            readTag(type, optional, new Tag(type, at, (int) size));
            at += (int) size + ALIGNMENT - 1 & -ALIGNMENT;
        }
        throw wrong("has no end tag (type 0, size 8)");
    }

    private BootException wrong(String what) {
        return new BootException("%s: the Multiboot 2 header at offset 0x%x %s".formatted(image.name(), offset, what));
    }

    /** A tag's numbers, by their offset in it. */
    private final class Tag {
        private final int type;
        private final int start;
        private final int size;

        Tag(int type, int start, int size) {
            this.type = type;
            this.start = start;
            this.size = size;
        }

        int count(int from) {
            return (size - from) / Integer.BYTES;
        }

        int number(int at) {
            if (at + Integer.BYTES > size) {
                throw wrong("has a tag of type %d at offset 0x%x of only %d bytes; it is cut short"
                        .formatted(type, start, size));
            }
            return image.bytes().getInt(start + at);
        }

        long address(int at) {
            return Integer.toUnsignedLong(number(at));
        }
    }

    private void readTag(int type, boolean optional, Tag tag) {
        switch (type) {
            case INFORMATION_REQUEST -> {
                for (int i = 0; i < tag.count(TAG_BYTES); i++) {
                    request(tag.number(TAG_BYTES + i * Integer.BYTES), optional);
                }
            }
            case ADDRESSES ->
                addresses = new ImageAddresses(2, tag.address(8), tag.address(12), tag.address(16), tag.address(20));
            case ENTRY_ADDRESS -> entry = tag.address(8);
            case CONSOLE -> {
                consoleRequired = (tag.number(8) & CONSOLE_REQUIRED) != 0;
                textSupported = (tag.number(8) & TEXT_SUPPORTED) != 0;
            }
            case FRAMEBUFFER -> {
                framebuffer = true;
                MultibootHeader.VideoMode mode =
                        new MultibootHeader.VideoMode(false, tag.number(8), tag.number(12), tag.number(16));
                remarks.addAll(mode.remarks());
            }
            case RELOCATABLE ->
                relocation = new Relocation(tag.address(8), tag.address(12), tag.address(16), tag.number(20));
            case EFI_BOOT_SERVICES ->
                remarks.add("The kernel can start with EFI's boot services running; there is no EFI here.");
            case MODULE_ALIGNMENT, EFI_ENTRY_I386, EFI_ENTRY_X86_64 -> {
                // modules are page-aligned in any case; entry points for EFI are for EFI only
            }
            default -> {
                if (!optional) {
                    throw wrong(
                            "requires what Multiboot 2 does not define (tag type %d); set the tag's bit 0, or remove it"
                                    .formatted(type));
                }
            }
        }
    }

    private void request(int information, boolean optional) {
        Optional<Multiboot2Information.Kind> kind = Multiboot2Information.Kind.of(information);
        if (kind.isEmpty()) {
            if (!optional) {
                throw wrong(
                        "requires information that Multiboot 2 does not define (type %d); set the request's bit 0, or remove it"
                                .formatted(Integer.toUnsignedLong(information)));
            }
        } else if (!kind.get().isGiven(acpi)) {
            remarks.add("The kernel asks for %s and does not get it: %s."
                    .formatted(kind.get().title(), kind.get().whyNot()));
        }
    }

    private void requireScreenThatIsThere() {
        if (!textSupported && (framebuffer || consoleRequired)) {
            throw wrong(
                    "requires a screen that is no text screen, and this machine has no graphics; set bit 1 of the console tag (type 4) and support text at 0xb8000, or print to COM1 and clear the bits");
        }
    }

    /** Where it begins in the file. */
    int offset() {
        return offset;
    }

    /** Where the image goes, whatever its file format; null where the ELF header says it. */
    @Nullable ImageAddresses addresses() {
        return addresses;
    }

    /** Physical address of the first instruction; null where the ELF header says it. */
    @Nullable Long entry() {
        return entry;
    }

    /** Where else than linked to the image may be put; null for nowhere. */
    @Nullable Relocation relocation() {
        return relocation;
    }

    /** What the kernel asks for and does not get. */
    List<String> remarks() {
        return remarks;
    }

    /**
     * Where an image may be put.
     *
     * @param lowest physical address of its first byte
     * @param highest physical address of its last byte
     * @param alignment of its first byte
     * @param preference 1 for the lowest place, 2 for the highest
     */
    record Relocation(long lowest, long highest, long alignment, int preference) {

        private static final int AS_LOW_AS_POSSIBLE = 1;
        private static final int AS_HIGH_AS_POSSIBLE = 2;

        /**
         * Chooses a place: where the image is linked to, if that is allowed and nothing else is preferred.
         *
         * @param linked where it is linked to
         * @param size in bytes
         * @return physical address of its first byte
         */
        long choose(String image, long linked, long size, LoadMap map) {
            if (Long.bitCount(alignment) != 1) {
                throw new BootException(
                        "%s: the Multiboot 2 header's relocatable tag has an alignment of 0x%x; a power of 2 is allowed"
                                .formatted(image, alignment));
            }
            boolean linkedIsAllowed = linked >= lowest
                    && linked + size - 1 <= highest
                    && linked % alignment == 0
                    && map.isFree(linked, size);
            if (preference != AS_LOW_AS_POSSIBLE && preference != AS_HIGH_AS_POSSIBLE && linkedIsAllowed) {
                return linked;
            }
            Optional<Long> found = preference == AS_HIGH_AS_POSSIBLE
                    ? map.lastFree(lowest, highest + 1, size, alignment)
                    : map.firstFree(lowest, highest + 1, size, alignment);
            return found.orElseThrow(() -> new BootException(
                    "%s: the Multiboot 2 header's relocatable tag allows addresses from 0x%x to 0x%x, where there is no room for its %d bytes; allow more, or set 'memory' to more"
                            .formatted(image, lowest, highest, size)));
        }
    }
}
