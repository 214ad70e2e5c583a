package dev.kvmdap.machine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Vm;
import dev.kvmdap.x86.GuestPhysical;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * RAM as KVM's memory slots: one for each region, cut up where pages are read-only to the guest. A slot cannot be changed
 * while it exists (KVM api.txt, 4.35), so those that differ are deleted and made anew; no vCPU may run meanwhile.
 */
final class MemorySlots {

    private final Vm vm;
    private final GuestMemory memory;
    private final Map<Piece, Integer> slots = new HashMap<>();

    private record Piece(long start, long size, boolean readOnly, long hostAddress) {}

    /** Gives the whole memory to the VM, writable. */
    MemorySlots(Vm vm, GuestMemory memory) {
        this.vm = vm;
        this.memory = memory;
        arrange(new TreeSet<>());
    }

    /**
     * Makes exactly these pages read-only: a write of the guest's to them exits as MMIO, and all else goes on as before.
     *
     * @param pages guest-physical addresses, multiples of {@link GuestMemory#PAGE}
     */
    void arrange(NavigableSet<Long> pages) {
        List<Piece> wanted = new ArrayList<>();
        memory.regions().forEach(region -> cut(region, pages, wanted));
        Map<Piece, Integer> unwanted = new HashMap<>(slots);
        wanted.forEach(unwanted::remove);
        unwanted.forEach((piece, number) -> {
            set(number, piece, 0);
            slots.remove(piece);
        });
        for (Piece piece : wanted) {
            slots.computeIfAbsent(piece, created -> {
                int number = freeNumber();
                set(number, created, created.size());
                return number;
            });
        }
    }

    private void set(int number, Piece piece, long size) {
        vm.setMemorySlot(number, piece.readOnly() ? Abi.MEM_READONLY : 0, piece.start(), size, piece.hostAddress());
    }

    private void cut(GuestMemory.Region region, NavigableSet<Long> pages, List<Piece> into) {
        long start = region.start().address();
        long end = start + region.size();
        for (long page : pages.subSet(start, end)) {
            add(region, start, page - start, false, into);
            add(region, page, GuestMemory.PAGE, true, into);
            start = page + GuestMemory.PAGE;
        }
        add(region, start, end - start, false, into);
    }

    private void add(GuestMemory.Region region, long start, long size, boolean readOnly, List<Piece> into) {
        if (size > 0) {
            long host = memory.guestView(region) + (start - region.start().address());
            into.add(new Piece(start, size, readOnly, host));
        }
    }

    private int freeNumber() {
        int number = 0;
        while (slots.containsValue(number)) {
            number++;
        }
        return number;
    }

    @Override
    public String toString() {
        return slots.keySet().stream()
                .map(piece -> new GuestPhysical(piece.start()) + "+0x" + Long.toHexString(piece.size()))
                .sorted()
                .toList()
                .toString();
    }
}
