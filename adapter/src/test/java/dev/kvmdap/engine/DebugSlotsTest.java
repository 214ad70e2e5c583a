package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.x86.GuestVirtual;
import org.junit.jupiter.api.Test;

class DebugSlotsTest {

    private final DebugSlots slots = new DebugSlots();
    private final long[] registers = new long[8];

    private static Location at(long address) {
        return new Location(new GuestVirtual(address), ExpectedCode.ANY);
    }

    @Test
    void nothingTakenArmsNothing() {
        assertThat(slots.fill(registers, GuestEntry.NO_SLOT)).isFalse();
        assertThat(registers).containsExactly(0, 0, 0, 0, 0, 0, 0, 0x400);
    }

    @Test
    void takenSlotHoldsItsAddressAndIsEnabledForExecution() {
        slots.take(at(0x1000));
        slots.take(at(0x2000));

        assertThat(slots.fill(registers, GuestEntry.NO_SLOT)).isTrue();
        assertThat(registers).containsExactly(0x1000, 0x2000, 0, 0, 0, 0, 0, 0x400 | 0b1010);
    }

    @Test
    void exceptedSlotIsLeftDisarmed() {
        slots.take(at(0x1000));
        int second = slots.take(at(0x2000));

        slots.fill(registers, second);

        assertThat(registers).containsExactly(0x1000, 0, 0, 0, 0, 0, 0, 0x400 | 0b10);
    }

    @Test
    void fifthTakerIsRefusedAndToldWhoHoldsTheFour() {
        for (int i = 0; i < DebugSlots.COUNT; i++) {
            assertThat(slots.take(at(0x1000L * (i + 1)))).isEqualTo(i);
        }

        assertThat(slots.free()).isZero();
        assertThat(slots.take(at(0x9000))).isNegative();
        assertThat(slots.describeHolders())
                .contains("DR0: the end of a step at 0x1000", "DR3: the end of a step at 0x4000");
    }

    @Test
    void freedSlotServesTheNextTaker() {
        slots.take(at(0x1000));
        slots.take(at(0x2000));
        slots.free(0);

        assertThat(slots.take(at(0x3000))).isZero();
        assertThat(slots.at(0x3000)).isZero();
        assertThat(slots.at(0x1000)).isNegative();
    }

    @Test
    void dr6BitNamesTheSlotWhoseAddressIsReachedAndNoStaleOne() {
        slots.take(at(0x1000));
        slots.take(at(0x2000));

        assertThat(slots.fired(0xffff0ff1L, 0x1000)).isSameAs(slots.location(0));
        assertThat(slots.fired(0xffff0ff3L, 0x2000)).isSameAs(slots.location(1));
        assertThat(slots.fired(0xffff4ff1L, 0x1001)).as("single step").isNull();
        assertThat(slots.fired(0xffff0ff8L, 0x1000)).as("empty slot").isNull();
    }
}
