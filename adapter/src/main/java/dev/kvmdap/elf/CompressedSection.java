package dev.kvmdap.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Unpacks sections: SHF_COMPRESSED (gABI, Section Compression) and the older {@code .zdebug_} form. */
final class CompressedSection {

    private static final int ZLIB = 1;
    private static final int ZSTD = 2;
    /** "ZLIB" */
    private static final int LEGACY_MAGIC = 0x42494c5a;
    /** Deflate never packs more than 1032 bytes into one, so a header that promises more is damaged. */
    private static final long MOST_FROM_ONE_BYTE = 1032;

    private static final int CHUNK = 1 << 16;

    private CompressedSection() {}

    /** Unpacks a section whose bytes begin with an {@code Elf32_Chdr} or {@code Elf64_Chdr}. */
    static ByteBuffer unpack(ByteReader packed, boolean is64) {
        int type = packed.s32();
        if (is64) {
            packed.skip(4);
        }
        int word = is64 ? 8 : 4;
        long size = packed.unsigned(word);
        packed.skip(word);
        if (type != ZLIB) {
            throw new ElfException(
                    "%s is compressed by %s; zlib is read: run objcopy --decompress-debug-sections on the file, or build it with -gz=zlib"
                            .formatted(packed.name(), type == ZSTD ? "zstd" : "method " + type));
        }
        return inflate(packed, size);
    }

    /** Unpacks a {@code .zdebug_} section: "ZLIB", then the size as a big-endian 64-bit number. */
    static ByteBuffer unpackLegacy(ByteReader packed) {
        if (packed.u32() != LEGACY_MAGIC) {
            throw new ElfException(packed.name() + " should begin with \"ZLIB\"; the file is damaged: build it again");
        }
        return inflate(packed, Long.reverseBytes(packed.u64()));
    }

    private static ByteBuffer inflate(ByteReader packed, long size) {
        long most = Math.min(ImageBytes.SLICE_AT_MOST, packed.remaining() * MOST_FROM_ONE_BYTE);
        if (size < 0 || size > most) {
            throw new ElfException("%s unpacks to %s bytes by its header; at most %d are possible: build the file again"
                    .formatted(packed.name(), Long.toUnsignedString(size), most));
        }
        Inflater inflater = new Inflater();
        try {
            return ByteBuffer.wrap(inflate(inflater, packed, (int) size)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (DataFormatException e) {
            throw new ElfException(packed.name() + " does not unpack: the file is damaged: build it again", e);
        } finally {
            inflater.end();
        }
    }

    /** Grows the result as bytes come; feeds from the heap, because zlib itself must not touch a mapped file. */
    private static byte[] inflate(Inflater inflater, ByteReader packed, int size) throws DataFormatException {
        byte[] chunk = new byte[Math.min(CHUNK, packed.remaining())];
        byte[] unpacked = new byte[(int) Math.min(size, 4L * packed.remaining())];
        int length = 0;
        while (length < size) {
            if (inflater.needsInput() && packed.hasRemaining()) {
                int count = Math.min(chunk.length, packed.remaining());
                packed.block(count).get(chunk, 0, count);
                inflater.setInput(chunk, 0, count);
            }
            if (length == unpacked.length) {
                unpacked = Arrays.copyOf(unpacked, (int) Math.min(size, 2L * unpacked.length));
            }
            int count = inflater.inflate(unpacked, length, unpacked.length - length);
            length += count;
            boolean starved = inflater.needsInput() && !packed.hasRemaining();
            if (count == 0 && (inflater.finished() || inflater.needsDictionary() || starved)) {
                throw new DataFormatException("%d of %d bytes".formatted(length, size));
            }
        }
        return unpacked;
    }
}
