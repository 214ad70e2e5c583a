package dev.kvmdap.engine;

import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All watched memory, and by what means each stretch is watched. Changed only behind the {@link Turnstile}; asked by vCPU
 * threads without allocation. A set of watchpoints is a bit mask there: bit n stands for the n-th of them.
 */
final class Watches {

    /** As many as a mask has bits. */
    static final int MOST = Long.SIZE;

    private final DebugSlots slots;
    private final PageTraps pages;
    private final Arming arming;
    private final WatchMeans means;

    private Watch[] watches = {};
    private final List<Watchpoint> waiting = new ArrayList<>();
    private volatile boolean pending;
    private boolean stepping;

    Watches(PageTraps pages, DebugSlots slots, Arming arming, HostFindings host) {
        this.arming = arming;
        this.slots = slots;
        this.pages = pages;
        means = WatchMeans.on(host);
    }

    PageTraps pages() {
        return pages;
    }

    boolean isEmpty() {
        return watches.length == 0;
    }

    /** Whether the guest must be stepped and its memory compared. */
    boolean needStepping() {
        return stepping;
    }

    /** Sets a watchpoint by the cheapest means that serves it, or lets it wait; its {@link Watchpoint#watching} says which. */
    void add(Watchpoint point, Cpu cpu) {
        if (!set(point, cpu)) {
            waiting.add(point);
        }
        pending = isPending();
    }

    private boolean set(Watchpoint point, Cpu cpu) {
        Watch watch = Watch.of(point, cpu);
        if (watch == null) {
            point.watching(new Watching.Pending(
                    "the %d bytes at %s are not all mapped to RAM now".formatted(point.length(), point.address())));
            return false;
        }
        if (watches.length == MOST) {
            point.watching(new Watching.Failed("there are %d watchpoints already; remove one".formatted(MOST)));
            return false;
        }
        point.watching(choose(watch, cpu));
        if (!point.watching().works()) {
            return false;
        }
        watches = Arrays.copyOf(watches, watches.length + 1);
        watches[watches.length - 1] = watch;
        arrange();
        return true;
    }

    /** Whether any waits for its memory to be mapped. Any thread. */
    boolean arePending() {
        return pending;
    }

    private boolean isPending() {
        return waiting.stream().anyMatch(point -> point.watching() instanceof Watching.Pending);
    }

    /** Tries again for those that wait: whether anything about them is new. */
    boolean retry(Cpu cpu) {
        boolean changed = false;
        for (Watchpoint point : List.copyOf(waiting)) {
            String before = point.watching().text();
            if (set(point, cpu)) {
                waiting.remove(point);
            }
            changed |= !before.equals(point.watching().text());
        }
        pending = isPending();
        return changed;
    }

    void remove(Watchpoint point) {
        if (waiting.remove(point)) {
            pending = isPending();
            return;
        }
        watches = Arrays.stream(watches)
                .filter(watch -> !watch.point().equals(point))
                .toArray(Watch[]::new);
        if (point.watching() instanceof Watching.Slots held) {
            held.slots().forEach(slots::free);
        }
        arrange();
    }

    private Watching choose(Watch watch, Cpu cpu) {
        Watchpoint point = watch.point();
        boolean writesOnly = point.access() == WatchAccess.WRITE;
        if (writesOnly ? means.writeSlots() : means.accessSlots()) {
            List<WatchedPiece> pieces =
                    WatchedPiece.cut(point.address(), point.length(), point.access(), "watchpoint " + point.name());
            if (pieces.size() <= DebugSlots.COUNT) {
                arming.makeRoom(pieces.size(), cpu);
            }
            List<Integer> taken = slots.takeAll(pieces);
            if (!taken.isEmpty()) {
                return new Watching.Slots(taken);
            }
        }
        boolean holdsTables = Arrays.stream(watch.pages()).anyMatch(cpu::isPageTable);
        return withoutSlots(point.access(), holdsTables);
    }

    /** For people: by what means memory of that length would be watched now. */
    String means(GuestVirtual address, int length, WatchAccess access) {
        boolean slotsWork = access == WatchAccess.WRITE ? means.writeSlots() : means.accessSlots();
        if (slotsWork) {
            int pieces = WatchedPiece.cut(address, length, access, "").size();
            if (pieces <= DebugSlots.COUNT) {
                return "takes %d of the %d debug registers".formatted(pieces, DebugSlots.COUNT);
            }
        }
        String why = slotsWork ? "too long for the debug registers: " : "";
        return why + "watched by " + withoutSlots(access, false).text();
    }

    private Watching withoutSlots(WatchAccess access, boolean holdsTables) {
        if (means.pageProtection() && !holdsTables) {
            return new Watching.ProtectedPages();
        }
        if (access != WatchAccess.WRITE) {
            return new Watching.Failed(whyNoReads(holdsTables));
        }
        return means.readOnlySlots() ? new Watching.ReadOnlyPages() : new Watching.Stepping();
    }

    private String whyNoReads(boolean holdsTables) {
        if (means.pageProtection() && holdsTables) {
            return "reads in a page that holds page tables cannot be watched here; watch for writes";
        }
        return means.accessSlots()
                ? slots.describeHolders() + ", or watch for writes, of which there may be more"
                : "this host's KVM can watch for writes only";
    }

    private void arrange() {
        NavigableMap<Long, WatchAccess> forbid = new TreeMap<>();
        NavigableSet<Long> readOnly = new TreeSet<>();
        stepping = false;
        for (Watch watch : watches) {
            Watching by = watch.point().watching();
            for (long page : watch.pages()) {
                if (by instanceof Watching.ProtectedPages) {
                    forbid.merge(page, watch.point().access(), WatchAccess::or);
                } else if (by instanceof Watching.ReadOnlyPages) {
                    readOnly.add(page);
                }
            }
            stepping |= by instanceof Watching.Stepping;
        }
        pages.arrange(this, forbid, readOnly);
    }

    /** Before the guest goes on: what memory holds now is what a later access is compared with. */
    void refresh(Cpu cpu) {
        for (Watch watch : watches) {
            watch.refresh(cpu);
        }
    }

    /** Those that a trapped access touched. */
    long touched(long physical, int length, boolean write) {
        long touched = 0;
        for (int i = 0; i < watches.length; i++) {
            boolean counts = write || watches[i].point().access() == WatchAccess.READ_WRITE;
            if (counts && watches[i].overlaps(physical, length)) {
                touched |= 1L << i;
            }
        }
        return touched;
    }

    /** Those that a debug exit's DR6 names. */
    long fired(long dr6) {
        long fired = 0;
        for (int i = 0; i < watches.length; i++) {
            if (watches[i].point().watching() instanceof Watching.Slots held) {
                for (int slot = 0; slot < DebugSlots.COUNT; slot++) {
                    if (slots.accessed(dr6, slot) && held.slots().contains(slot)) {
                        fired |= 1L << i;
                    }
                }
            }
        }
        return fired;
    }

    /** Those that are stepped, and whose memory has changed. */
    long changed(Cpu cpu) {
        long changed = 0;
        for (int i = 0; stepping && i < watches.length; i++) {
            if (watches[i].point().watching() instanceof Watching.Stepping && watches[i].hasChanged(cpu)) {
                changed |= 1L << i;
            }
        }
        return changed;
    }

    /** All whose memory has changed, whatever they are watched by. */
    long changedAnywhere(Cpu cpu) {
        long changed = 0;
        for (int i = 0; i < watches.length; i++) {
            changed |= watches[i].hasChanged(cpu) ? 1L << i : 0;
        }
        return changed;
    }

    /**
     * The stop that accesses lead to; null if no condition held.
     *
     * @param accessed the watchpoints
     * @param instruction that accessed them, if it is known
     */
    @Nullable Stop hit(Cpu cpu, long accessed, Optional<GuestVirtual> instruction) {
        List<WatchHit> hits = new ArrayList<>();
        String problem = "";
        for (int i = 0; i < watches.length; i++) {
            if ((accessed & 1L << i) != 0) {
                if (watches[i].point().hasEnded()) {
                    continue;
                }
                WatchHit hit = watches[i].access(cpu, instruction);
                Condition condition = hit.watchpoint().condition();
                try {
                    if (condition != null && !condition.holds(cpu)) {
                        continue;
                    }
                } catch (ConditionException e) {
                    problem = String.valueOf(e.getMessage());
                }
                hits.add(hit);
            }
        }
        return hits.isEmpty() ? null : new Stop.Watchpoints(cpu.index(), List.copyOf(hits), problem);
    }
}
