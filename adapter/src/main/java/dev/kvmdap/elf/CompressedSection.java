package dev.kvmdap.elf;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.InflaterInputStream;

/** Unpacks sections: SHF_COMPRESSED (gABI, Section Compression) and the older {@code .zdebug_} form. */
final class CompressedSection {

    /** "ZLIB" */
    private static final int LEGACY_MAGIC = 0x42494c5a;

    private CompressedSection() {}

    /** How the bytes are packed: {@code ch_type}. */
    private enum Method {
        /** Deflate packs at most 258 bytes into 2 bits. */
        ZLIB(1, 1032),
        /** A block of at most 128 KiB takes at least four bytes (RFC 8878, 3.1.1.2). */
        ZSTD(2, 1 << 15);

        private final int code;
        /** More bytes than one packed byte can stand for: a header that promises more is damaged. */
        private final long mostFromOneByte;

        Method(int code, long mostFromOneByte) {
            this.code = code;
            this.mostFromOneByte = mostFromOneByte;
        }

        static Method of(int code, ByteReader packed) {
            for (Method method : values()) {
                if (method.code == code) {
                    return method;
                }
            }
            throw new ElfException(
                    "%s is compressed by method %d; zlib and zstd are read: run objcopy --decompress-debug-sections on the file, or build it with -gz=zlib"
                            .formatted(packed.name(), code));
        }

        InputStream unpacking(InputStream packed) {
            return this == ZLIB ? new InflaterInputStream(packed) : new ZstdInputStream(packed);
        }
    }

    /** Unpacks a section whose bytes begin with an {@code Elf32_Chdr} or {@code Elf64_Chdr}. */
    static ByteBuffer unpack(ByteReader packed, boolean is64) {
        int type = packed.s32();
        if (is64) {
            packed.skip(4);
        }
        int word = is64 ? 8 : 4;
        long size = packed.unsigned(word);
        packed.skip(word);
        return unpack(Method.of(type, packed), packed, size);
    }

    /** Unpacks a {@code .zdebug_} section: "ZLIB", then the size as a big-endian 64-bit number. */
    static ByteBuffer unpackLegacy(ByteReader packed) {
        if (packed.u32() != LEGACY_MAGIC) {
            throw new ElfException(packed.name() + " should begin with \"ZLIB\"; the file is damaged: build it again");
        }
        return unpack(Method.ZLIB, packed, Long.reverseBytes(packed.u64()));
    }

    private static ByteBuffer unpack(Method method, ByteReader packed, long size) {
        long most = Math.min(ImageBytes.SLICE_AT_MOST, packed.remaining() * method.mostFromOneByte);
        if (size < 0 || size > most) {
            throw new ElfException(
                    "%s unpacks to %s bytes by its header; its %d bytes of %s are at most %d: build the file again"
                            .formatted(
                                    packed.name(),
                                    Long.toUnsignedString(size),
                                    packed.remaining(),
                                    method.name().toLowerCase(Locale.ROOT),
                                    most));
        }
        return UnpackedBytes.read(packed.name(), method.unpacking(packed.stream()), (int) size);
    }
}
