package dev.kvmdap.engine;

import dev.kvmdap.machine.GuestMemory;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Pages that the guest does not get at once, since bytes are planted there and nobody knows yet to which handler they would
 * lead in user mode: the guest loads its interrupt table without telling. The first access in user mode is refused to it
 * ({@link dev.kvmdap.kvm.Abi#EXIT_FAULT}), and by then the table is there. A page that the kernel executes code on is given
 * at once. Changed only behind the {@link Standstill}; the same for all vCPUs.
 */
final class WithheldPages {

    private static final long NEVER = Long.MIN_VALUE;

    private final PageTraps pages;
    private final PlantedBytes planted;
    private final NavigableSet<Long> given = new TreeSet<>();
    private long known = NEVER;

    WithheldPages(PageTraps pages, PlantedBytes planted) {
        this.pages = pages;
        this.planted = planted;
    }

    /**
     * Withholds what there is to withhold now.
     *
     * @param handler where planted bytes lead by the interrupt table that is loaded
     * @param inUserMode whether the guest has come to user mode with that table
     */
    void arrange(long handler, boolean inUserMode) {
        if (inUserMode) {
            known = handler;
        }
        NavigableSet<Long> withheld = new TreeSet<>();
        if (handler != known) {
            withheld.addAll(planted.pages(location -> !location.isOnlyFor(UserMode.Arrival.class)));
            withheld.removeAll(given);
        }
        pages.withhold(withheld);
    }

    boolean isEmpty() {
        return !pages.withholdsAny();
    }

    boolean hold(long physical) {
        return pages.withholds(physical);
    }

    /** Gives a page for good. */
    void give(long physical) {
        given.add(physical & -GuestMemory.PAGE);
        pages.release(physical & -GuestMemory.PAGE);
    }

    /** Gives all of them for good. */
    void giveAll() {
        given.addAll(pages.withheld());
        pages.withhold(new TreeSet<>());
    }
}
