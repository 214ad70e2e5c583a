package dev.kvmdap.elf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A note that an image carries for whoever loads it (gABI, Note Section).
 *
 * @param owner whose types it uses, such as {@code GNU}, {@code Linux} or {@code Xen}
 * @param type what it is, by its owner's numbers
 * @param contents its bytes, read-only and little-endian
 */
public record Note(String owner, int type, ByteBuffer contents) {

    private static final int NAME_ALIGNMENT = 4;

    /** The notes of a segment, up to the first damaged one. */
    static List<Note> read(ByteReader reader, int alignment) {
        List<Note> notes = new ArrayList<>();
        try {
            while (reader.hasRemaining()) {
                long nameSize = reader.u32();
                long size = reader.u32();
                int type = reader.s32();
                int start = reader.position();
                String owner = nameSize == 0 ? "" : reader.cstring();
                reader.seek(align(start + nameSize, Math.max(NAME_ALIGNMENT, alignment)));
                notes.add(new Note(owner, type, reader.block(size)));
                reader.seek(Math.min(reader.size(), align(reader.position(), Math.max(NAME_ALIGNMENT, alignment))));
            }
        } catch (ElfException damaged) {
            return notes;
        }
        return notes;
    }

    private static long align(long position, int alignment) {
        return position + alignment - 1 & -alignment;
    }
}
