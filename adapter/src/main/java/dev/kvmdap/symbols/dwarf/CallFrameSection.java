package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** .debug_frame (DWARF 5, 6.4.1) or .eh_frame (LSB 5, 10.6): its frame descriptions by address. */
final class CallFrameSection {

    private final DwarfFile file;
    private final ByteReader section;
    private final boolean isEhFrame;
    /** Where .eh_frame lies in memory: its pointers count from there. */
    private final long address;

    private final Map<Long, CommonInformation> common = new HashMap<>();
    private final RangeMap byAddress;

    CallFrameSection(DwarfFile file, DwarfSection which) {
        this.file = file;
        this.section = file.section(which);
        this.isEhFrame = which == DwarfSection.EH_FRAME;
        this.address = file.elf()
                .section(which.sectionName)
                .map(header -> header.address())
                .orElse(0L);
        RangeMap.Builder builder = new RangeMap.Builder();
        try {
            readIndex(builder);
        } catch (ElfException e) {
            file.warnings().lost("frames behind %s offset 0x%x".formatted(which.sectionName, section.position()), e);
        }
        this.byAddress = builder.build();
    }

    /** The description that covers an address. */
    @Nullable FrameDescription descriptionAt(long pc) {
        int start = byAddress.itemAt(pc);
        return start < 0 ? null : readDescription(start);
    }

    private void readIndex(RangeMap.Builder builder) {
        section.seek(0);
        while (section.hasRemaining()) {
            int start = section.position();
            Encoding.Extent extent = Encoding.Extent.read(section);
            if (extent.end() > section.position() && !isCommon(extent)) {
                index(start, builder);
            }
            section.seek(extent.end());
        }
    }

    private void index(int start, RangeMap.Builder builder) {
        try {
            FrameDescription description = readDescription(start);
            Encoding encoding = new Encoding(4, 4, description.common().addressSize());
            if (!file.isDiscarded(description.low(), encoding)) {
                builder.add(description.low(), description.high(), start);
            }
        } catch (ElfException e) {
            file.warnings().lost("the frame description at offset 0x%x".formatted(start), e);
        }
    }

    private FrameDescription readDescription(int start) {
        Encoding.Extent extent = Encoding.Extent.read(section.seek(start));
        long pointerAt = section.position();
        long pointer = readId(extent);
        CommonInformation information = commonAt(isEhFrame ? pointerAt - pointer : pointer);
        long bodyAt = pointerAt + idSize(extent);
        ByteReader body = section.slice(bodyAt, extent.end() - bodyAt);
        PointerEncoding pointers = information.pointers();
        long low = pointers.read(body, address + bodyAt, information.addressSize());
        long length = pointers.readValue(body, information.addressSize());
        if (information.augmented()) {
            body.skip(body.uleb());
        }
        return new FrameDescription(information, low, low + length, body.slice(body.position(), body.remaining()));
    }

    private CommonInformation commonAt(long offset) {
        CommonInformation known = common.get(offset);
        if (known != null) {
            return known;
        }
        Encoding.Extent extent = Encoding.Extent.read(section.seek(offset));
        if (!isCommon(extent)) {
            throw new DwarfException(
                    "%s: there is no common information at offset 0x%x".formatted(section.name(), offset));
        }
        long bodyAt = section.position();
        ByteReader body = section.slice(bodyAt, extent.end() - bodyAt);
        CommonInformation read =
                CommonInformation.read(body, address + bodyAt, file.elf().is64() ? 8 : 4);
        common.put(offset, read);
        return read;
    }

    /** Reads the number that tells a common entry from a description. */
    private boolean isCommon(Encoding.Extent extent) {
        long id = readId(extent);
        if (isEhFrame) {
            return id == 0;
        }
        return id == (extent.offsetSize() == 8 ? -1 : 0xffff_ffffL);
    }

    private long readId(Encoding.Extent extent) {
        return section.unsigned(idSize(extent));
    }

    private int idSize(Encoding.Extent extent) {
        return isEhFrame ? 4 : extent.offsetSize();
    }
}
