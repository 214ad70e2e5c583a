package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.x86.PageWalk;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the user has changed in the guest since the client was last told, and which memory the client looks at. A client knows memory by the
 * reference that it was given, and takes the same bytes under another reference for other ones; so a change is told by each reference
 * that shows it. Session thread.
 */
public final class GuestChanges implements CpuMemory.Observer {

    /** References that are remembered; those that were looked at longest ago are forgotten first. */
    private static final int MOST_REFERENCES = 128;

    /** The longest stretch that is remembered of a reference. */
    private static final long LONGEST = 64 << 20;

    private static final int PAGE = 4096;

    private final Map<String, Stretch> viewed = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Stretch> changes = new LinkedHashMap<>();
    private final Map<Long, Stretch> changedPages = new HashMap<>();
    private boolean registersChanged;

    /**
     * Bytes from {@code start} to before {@code end}, counted from what a reference names, or in a page.
     */
    private record Stretch(long start, long end) {

        Stretch with(Stretch other) {
            return new Stretch(Math.min(start, other.start), Math.max(end, other.end));
        }

        /** Both, or only the later one where they lie too far apart. */
        Stretch andLater(Stretch later) {
            Stretch both = with(later);
            return both.end - both.start > LONGEST ? later : both;
        }
    }

    /**
     * Memory that is not what the client may have seen.
     *
     * @param reference by which the client knows it
     * @param offset of its first byte from what the reference names
     * @param bytes how many
     */
    public record Change(String reference, long offset, long bytes) {}

    /** The client has read memory. */
    public void viewed(String reference, long offset, int bytes) {
        viewed.merge(reference, new Stretch(offset, offset + bytes), Stretch::andLater);
        if (viewed.size() > MOST_REFERENCES) {
            viewed.remove(viewed.keySet().iterator().next());
        }
    }

    @Override
    public void changed(Cpu cpu, AddressSpace space, long address, int bytes) {
        MemoryReference own = new MemoryReference(space == AddressSpace.PHYSICAL, address);
        Stretch whole = new Stretch(0, bytes);
        changes.merge(own.toString(), whole, Stretch::with);
        forEachPage(cpu, own, whole, (offset, physical, length) -> {
            long inPage = physical & (PAGE - 1);
            changedPages.merge(physical - inPage, new Stretch(inPage, inPage + length), Stretch::with);
        });
    }

    private interface PageVisitor {
        void visit(long offset, long physical, int length);
    }

    /** Visits the physical bytes behind a stretch, page by page, but for what is not mapped. */
    private static void forEachPage(Cpu cpu, MemoryReference reference, Stretch stretch, PageVisitor visitor) {
        long offset = stretch.start;
        while (offset < stretch.end) {
            long address = reference.address() + offset;
            int length = (int) Math.min(stretch.end - offset, PAGE - (address & (PAGE - 1)));
            long physical = reference.physical() ? address : cpu.translate(address);
            if (physical != PageWalk.NOT_MAPPED) {
                visitor.visit(offset, physical, length);
            }
            offset += length;
        }
    }

    /** A register is another than before. */
    void registerChanged() {
        registersChanged = true;
    }

    /** Whether anything is other than before. */
    public boolean isEmpty() {
        return changes.isEmpty() && !registersChanged;
    }

    /**
     * What memory was changed since the last time: by its own address, and by each reference that the client has read it by.
     *
     * @param cpu by whose page tables linear references are understood
     */
    List<Change> take(Cpu cpu) {
        viewed.forEach((reference, stretch) ->
                forEachPage(cpu, MemoryReference.parse(reference), stretch, (offset, physical, length) -> {
                    Stretch changed = changedPages.get(physical & -PAGE);
                    long inPage = physical & (PAGE - 1);
                    long start = changed == null ? length : Math.max(0, changed.start - inPage);
                    long end = changed == null ? 0 : Math.min(length, changed.end - inPage);
                    if (start < end) {
                        changes.merge(reference, new Stretch(offset + start, offset + end), Stretch::with);
                    }
                }));
        List<Change> taken = changes.entrySet().stream()
                .map(change -> new Change(
                        change.getKey(), change.getValue().start, change.getValue().end - change.getValue().start))
                .toList();
        forget();
        return taken;
    }

    /** Nobody needs to be told of what was changed so far. */
    void forget() {
        changes.clear();
        changedPages.clear();
        registersChanged = false;
    }
}
