package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.machine.Machine;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Pages of RAM whose accesses leave KVM as if there were a device: forbidden in KVM's mapping, or in read-only slots. All
 * addresses are guest-physical ones of pages. Changed only behind the {@link Turnstile}.
 */
final class PageTraps {

    private final Machine machine;
    private final Map<Object, Wanted> wanted = new HashMap<>();
    private NavigableMap<Long, WatchAccess> forbidden = new TreeMap<>();
    private NavigableSet<Long> readOnly = new TreeSet<>();
    private NavigableSet<Long> withheld = new TreeSet<>();

    /** What one of those who trap pages traps. */
    private record Wanted(NavigableMap<Long, WatchAccess> forbid, NavigableSet<Long> readOnly) {}

    PageTraps(Machine machine) {
        this.machine = machine;
    }

    /**
     * Traps exactly these for somebody's sake, and what others want trapped.
     *
     * @param forbid pages to forbid in KVM's mapping, for which accesses
     * @param makeReadOnly pages to put into read-only slots
     */
    void arrange(Object who, NavigableMap<Long, WatchAccess> forbid, NavigableSet<Long> makeReadOnly) {
        wanted.put(who, new Wanted(forbid, makeReadOnly));
        NavigableMap<Long, WatchAccess> allForbidden = new TreeMap<>();
        NavigableSet<Long> allReadOnly = new TreeSet<>();
        for (Wanted one : wanted.values()) {
            one.forbid().forEach((page, access) -> allForbidden.merge(page, access, WatchAccess::or));
            allReadOnly.addAll(one.readOnly());
        }
        arrange(allForbidden, allReadOnly);
    }

    private void arrange(NavigableMap<Long, WatchAccess> forbid, NavigableSet<Long> makeReadOnly) {
        forbidden.keySet().stream().filter(page -> !forbid.containsKey(page)).forEach(this::allow);
        forbid.entrySet().stream()
                .filter(page -> page.getValue() != forbidden.get(page.getKey()))
                .forEach(page -> forbid(page.getKey(), page.getValue()));
        forbidden = forbid;
        if (!makeReadOnly.equals(readOnly)) {
            machine.setReadOnly(makeReadOnly);
            readOnly = makeReadOnly;
        }
    }

    /**
     * Whether a page is forbidden, so that KVM may fail at an instruction: it cannot fetch it there, nor carry out one there
     * that locks the bus.
     */
    boolean forbidsAny() {
        return !forbidden.isEmpty();
    }

    /** Lets the guest use all forbidden pages for a moment. */
    void lift() {
        forbidden.keySet().forEach(this::allow);
    }

    /** Ends that moment. */
    void restore() {
        forbidden.forEach(this::forbid);
    }

    /** Withholds exactly these pages from the guest, whether they are watched or not. */
    void withhold(NavigableSet<Long> pages) {
        NavigableSet<Long> before = withheld;
        withheld = new TreeSet<>(pages);
        before.forEach(this::protect);
        withheld.forEach(this::protect);
    }

    /** Withholds a page no more. */
    void release(long page) {
        withheld.remove(page);
        protect(page);
    }

    NavigableSet<Long> withheld() {
        return withheld;
    }

    boolean withholdsAny() {
        return !withheld.isEmpty();
    }

    boolean withholds(long physical) {
        return !withheld.isEmpty() && withheld.contains(physical & -GuestMemory.PAGE);
    }

    private void protect(long page) {
        WatchAccess access = forbidden.get(page);
        if (access == null) {
            allow(page);
        } else {
            forbid(page, access);
        }
    }

    private void allow(long page) {
        machine.memory().protect(page, withheld.contains(page) ? Abi.PROT_NONE : Abi.PROT_READ | Abi.PROT_WRITE);
    }

    private void forbid(long page, WatchAccess access) {
        boolean readable = access == WatchAccess.WRITE && !withheld.contains(page);
        machine.memory().protect(page, readable ? Abi.PROT_READ : Abi.PROT_NONE);
    }
}
