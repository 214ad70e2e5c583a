package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.ModeFindings;
import java.util.Arrays;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Notices that the guest has written guarded bytes: at once where their page's writes are trapped, else by comparing. A page
 * that is written to very often beside its guarded bytes is trapped no more. Changed only behind the {@link Turnstile};
 * {@link #written} and {@link #hasNews} are for vCPU threads and allocate nothing.
 */
final class GuardedMemory {

    /** Writes beside the guarded bytes of a page: two for each of its bytes, so that clearing and copying do not exhaust it. */
    private static final int PATIENCE = 2 * 4096;

    private final PageTraps pages;
    private final PlantedBytes memory;
    private final boolean protection;
    private final boolean readOnlySlots;

    private volatile Kept[] kept = {};
    private final Set<Long> givenUp = new HashSet<>();
    private volatile NavigableSet<Long> trapped = new TreeSet<>();
    private volatile boolean news;
    private boolean unsettled;

    /** A guard at work. */
    private final class Kept {
        private final Guard guard;
        private final byte[] last;
        private final byte[] now;
        private final byte[] polled;
        private volatile boolean touched;
        private volatile int beside;

        Kept(Guard guard) {
            this.guard = guard;
            this.last = new byte[guard.length()];
            this.now = new byte[guard.length()];
            this.polled = new byte[guard.length()];
            memory.read(guard.physical(), last, 0, last.length);
        }

        boolean differs(byte[] copy) {
            memory.read(guard.physical(), copy, 0, copy.length);
            return !Arrays.equals(last, copy);
        }

        boolean isTrapped() {
            return trapped.contains(guard.page());
        }
    }

    GuardedMemory(PageTraps pages, PlantedBytes memory, HostFindings host) {
        this.pages = pages;
        this.memory = memory;
        this.protection = host.everywhere(mode -> mode.pageTrap() == ModeFindings.PageTrap.MMIO_EXIT);
        this.readOnlySlots = host.everywhere(ModeFindings::readOnlySlots);
    }

    /** Sets a guard; what the bytes are now is what counts as unchanged. It traps from the next {@link #settle} on. */
    void add(Guard guard) {
        Kept[] grown = Arrays.copyOf(kept, kept.length + 1);
        grown[kept.length] = new Kept(guard);
        kept = grown;
        unsettled = true;
    }

    /** Takes a guard away; one that is not set is ignored. */
    void remove(Guard guard) {
        kept = Arrays.stream(kept).filter(one -> !one.guard.equals(guard)).toArray(Kept[]::new);
        unsettled = true;
    }

    /** Whether the guarded bytes' writes are noticed at once. */
    boolean isTrapped(Guard guard) {
        return trapped.contains(guard.page());
    }

    /** Whether any page is trapped for a guard's sake. */
    boolean trapsPages() {
        return !trapped.isEmpty();
    }

    /**
     * Traps the pages of the guards that there are by now.
     *
     * @param cpu in whose page tables no trapped page may lie, nor its stack
     */
    void settle(Cpu cpu) {
        if (!unsettled) {
            return;
        }
        unsettled = false;
        NavigableSet<Long> wanted = new TreeSet<>();
        for (Kept one : kept) {
            if (one.guard.mayTrap() && !givenUp.contains(one.guard.page()) && mayBeTrapped(one.guard.page(), cpu)) {
                wanted.add(one.guard.page());
            }
        }
        if (!wanted.equals(trapped)) {
            trapped = wanted;
            NavigableMap<Long, WatchAccess> forbid = new TreeMap<>();
            if (protection) {
                wanted.forEach(page -> forbid.put(page, WatchAccess.WRITE));
            }
            pages.arrange(this, forbid, protection ? new TreeSet<>() : wanted);
        }
    }

    private boolean mayBeTrapped(long page, Cpu cpu) {
        return (protection || readOnlySlots) && !cpu.isPageTable(page) && !cpu.isStack(page);
    }

    /** A trapped write has been carried out. */
    void written(long physical, int length) {
        for (Kept one : kept) {
            if (one.guard.overlaps(physical, length)) {
                one.touched = true;
                news = true;
            } else if (one.guard.overlaps(physical & -4096L, 4096)) {
                count(one);
            }
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // a lost count is one write more
    private void count(Kept one) {
        if (++one.beside == PATIENCE) {
            news = true;
        }
    }

    /** Pages were open to the guest for a moment: any guarded bytes may have been written. */
    void suspectAll() {
        news |= kept.length > 0;
    }

    /** Whether {@link #tell} has something to tell. */
    boolean hasNews() {
        return news;
    }

    /** Whether bytes that are only compared look changed; one thread beside those of the vCPUs, which may be wrong about it. */
    boolean looksChanged() {
        for (Kept one : kept) {
            if (!one.isTrapped() && one.differs(one.polled)) {
                return true;
            }
        }
        return false;
    }

    /** Tells the guards whose bytes have been written or have changed. */
    void tell(Cpu cpu) {
        news = false;
        for (Kept one : kept) {
            if (one.beside >= PATIENCE) {
                giveUp(one.guard.page());
            }
            boolean isSet = Arrays.asList(kept).contains(one);
            if (isSet && (one.differs(one.now) || one.touched)) {
                one.touched = false;
                one.beside = 0;
                System.arraycopy(one.now, 0, one.last, 0, one.now.length);
                one.guard.tell(cpu);
            }
        }
    }

    private void giveUp(long page) {
        givenUp.add(page);
        unsettled = true;
    }

    /** Traps no page any more, because the guest does something that KVM cannot do on such pages. */
    void giveUpAll() {
        trapped.forEach(this::giveUp);
    }
}
