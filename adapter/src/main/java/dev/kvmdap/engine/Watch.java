package dev.kvmdap.engine;

import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageWalk;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A watchpoint at work: where its memory lies, and what it held last. */
final class Watch {

    private final Watchpoint point;
    private final long[] pages;
    private final int offset;
    private final byte[] last;
    private final byte[] now;

    private Watch(Watchpoint point, long[] pages, byte[] held) {
        this.point = point;
        this.pages = pages;
        this.offset = (int) (point.address().address() & (GuestMemory.PAGE - 1));
        this.last = held;
        this.now = held.clone();
    }

    /** The watch of a point as its memory is mapped now; null if not all of it is RAM. */
    static @Nullable Watch of(Watchpoint point, Cpu cpu) {
        byte[] held = new byte[point.length()];
        long first = point.address().address();
        if (cpu.memory().read(first, held, 0, held.length) < held.length) {
            return null;
        }
        long page = first & -GuestMemory.PAGE;
        int count = (int) ((first + point.length() - 1 - page) / GuestMemory.PAGE) + 1;
        long[] pages = new long[count];
        for (int i = 0; i < count; i++) {
            pages[i] = cpu.translate(page + (long) i * GuestMemory.PAGE);
            if (pages[i] == PageWalk.NOT_MAPPED) {
                return null;
            }
        }
        return new Watch(point, pages, held);
    }

    Watchpoint point() {
        return point;
    }

    /** Guest-physical addresses of the pages that hold its memory, in the order of the memory. */
    long[] pages() {
        return pages;
    }

    /** Whether an access within one page touches the memory. */
    boolean overlaps(long physical, int length) {
        long page = physical & -GuestMemory.PAGE;
        for (int i = 0; i < pages.length; i++) {
            if (pages[i] == page) {
                long start = i == 0 ? offset : 0;
                long end = (long) offset + point.length() - (long) i * GuestMemory.PAGE;
                long at = physical - page;
                if (at < end && at + length > start) {
                    return true;
                }
            }
        }
        return false;
    }

    void refresh(Cpu cpu) {
        read(cpu, last);
    }

    boolean hasChanged(Cpu cpu) {
        read(cpu, now);
        return !Arrays.equals(last, now);
    }

    /** The access that has just happened; the next one is compared with what it left. */
    WatchHit access(Cpu cpu, Optional<GuestVirtual> instruction) {
        byte[] before = last.clone();
        read(cpu, last);
        return new WatchHit(point, before, last.clone(), instruction);
    }

    private void read(Cpu cpu, byte[] into) {
        cpu.memory().read(point.address().address(), into, 0, into.length);
    }
}
