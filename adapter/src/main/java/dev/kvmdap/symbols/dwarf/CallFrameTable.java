package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ElfException;
import org.jspecify.annotations.Nullable;

/** Call frame information (DWARF 5, 6.4): how to find, from an address of the code, the frame of its caller. */
public final class CallFrameTable {

    private final DwarfFile file;
    private @Nullable CallFrameSection debugFrame;
    private @Nullable CallFrameSection ehFrame;

    CallFrameTable(DwarfFile file) {
        this.file = file;
    }

    /** The row for an address, by .debug_frame, else by .eh_frame; null where neither covers it. */
    public @Nullable UnwindRow rowAt(long address) {
        if (debugFrame == null) {
            debugFrame = new CallFrameSection(file, DwarfSection.FRAME);
        }
        UnwindRow row = rowAt(debugFrame, address);
        if (row != null) {
            return row;
        }
        if (ehFrame == null) {
            ehFrame = new CallFrameSection(file, DwarfSection.EH_FRAME);
        }
        return rowAt(ehFrame, address);
    }

    private @Nullable UnwindRow rowAt(CallFrameSection section, long address) {
        try {
            FrameDescription description = section.descriptionAt(address);
            return description == null ? null : CallFrameProgram.run(description, address);
        } catch (ElfException e) {
            file.warnings().lost("the frame at 0x%x".formatted(address), e);
            return null;
        }
    }
}
