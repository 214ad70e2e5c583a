package dev.kvmdap.elf;

/**
 * An entry of the program header table (gABI, Program Header). Its bytes: {@link ElfFile#contents(Segment)}.
 *
 * @param type {@code p_type}, such as {@link #LOAD}
 * @param flags {@code p_flags}: {@link #EXECUTE}, {@link #WRITE}, {@link #READ}
 * @param offset where its bytes begin in the file
 * @param virtualAddress the linear address it is linked to
 * @param physicalAddress the physical address a boot loader puts it at
 * @param fileSize its bytes in the file
 * @param memorySize its bytes in memory, unsigned; those beyond {@code fileSize} are zero
 * @param alignment what its addresses are multiples of, beside the same offset for all; 0 and 1 for anything
 */
public record Segment(
        int type,
        int flags,
        long offset,
        long virtualAddress,
        long physicalAddress,
        long fileSize,
        long memorySize,
        long alignment) {

    /** PT_LOAD: a part of the image that is to be in memory. */
    public static final int LOAD = 1;
    /** PT_NOTE: notes to whoever loads the image. */
    public static final int NOTE = 4;
    /** PF_X. */
    public static final int EXECUTE = 1;
    /** PF_W. */
    public static final int WRITE = 2;
    /** PF_R. */
    public static final int READ = 4;

    /** Whether a boot loader puts this segment into memory. */
    public boolean isLoaded() {
        return type == LOAD;
    }

    static Segment read(ByteReader reader, boolean is64) {
        int type = reader.s32();
        if (is64) {
            int flags = reader.s32();
            return new Segment(
                    type, flags, reader.u64(), reader.u64(), reader.u64(), reader.u64(), reader.u64(), reader.u64());
        }
        long offset = reader.u32();
        long virtualAddress = reader.u32();
        long physicalAddress = reader.u32();
        long fileSize = reader.u32();
        long memorySize = reader.u32();
        int flags = reader.s32();
        return new Segment(type, flags, offset, virtualAddress, physicalAddress, fileSize, memorySize, reader.u32());
    }
}
