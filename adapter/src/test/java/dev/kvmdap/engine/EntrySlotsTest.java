package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.x86.GuestVirtual;
import org.junit.jupiter.api.Test;

class EntrySlotsTest {

    private final DebugSlots slots = new DebugSlots();
    private final EntrySlots entry = new EntrySlots(slots);

    private static Location at(long address) {
        return new Location(new GuestVirtual(address), ExpectedCode.ANY);
    }

    @Test
    void aimTakesASlotForOneRunAndSparesWatchedData() {
        slots.takeAll(WatchedPiece.cut(new GuestVirtual(0x8000), 8, WatchAccess.WRITE, "watchpoint"));
        slots.take(at(0x1000));
        entry.fill(GuestEntry.NO_SLOT);

        assertThat(entry.aim(0x5000, 0, true)).isEqualTo(2);

        assertThat(entry.registers()).containsExactly(0x8000, 0x5000, 0, 0, 0, 0, 0, 0x9_0400 | 0b1010);
        assertThat(slots.address(1)).isEqualTo(new GuestVirtual(0x1000));
    }

    @Test
    void aimHasNoRoomBesideFourSlotsOfData() {
        slots.takeAll(WatchedPiece.cut(new GuestVirtual(0x8000), 32, WatchAccess.WRITE, "watchpoint"));
        entry.fill(GuestEntry.NO_SLOT);

        assertThat(entry.aim(0x5000, 0, true)).isGreaterThan(DebugSlots.COUNT);
    }

    @Test
    void aimLeavesBreakpointsAloneWhereAnInterruptMayLeadToThem() {
        slots.take(at(0x1000));
        entry.fill(GuestEntry.NO_SLOT);

        assertThat(entry.aim(0x5000, 0, false)).isEqualTo(2);

        assertThat(entry.registers()).startsWith(0x1000, 0x5000, 0, 0);
    }

    @Test
    void bitsOfDr6AreTheDebuggersForItsSlotsAndForTheEndsOfSteps() {
        slots.take(at(0x1000));
        entry.fill(GuestEntry.NO_SLOT);
        entry.aim(0x5000, 1, false);

        assertThat(entry.debuggers(0xffff0fffL)).isEqualTo(0b11);
        assertThat(entry.anyGuests(0xffff0fffL)).isFalse();
    }
}
