package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.LibC;
import dev.kvmdap.kvm.MappedMemory;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.x86.GuestVirtual;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlantedBytesTest {

    private static final byte TRAP = (byte) 0xcc;
    private static final int CODE = 0x1000;

    private final GuestMemory memory = new GuestMemory(MappedMemory.ram(LibC.get(), 1 << 16));
    private final PlantedBytes planted = new PlantedBytes(memory);

    @BeforeEach
    void fillMemory() {
        byte[] code = new byte[64];
        for (int i = 0; i < code.length; i++) {
            code[i] = (byte) i;
        }
        memory.write(CODE, code, 0, code.length);
    }

    @AfterEach
    void unmap() {
        memory.close();
    }

    private PlantedBytes.Planted plant(int address) {
        return planted.plant(address, TRAP, new Location(new GuestVirtual(address), ExpectedCode.ANY));
    }

    @Test
    void plantedByteStandsInMemoryAndIsFoundByItsAddress() {
        plant(CODE + 9);
        PlantedBytes.Planted first = plant(CODE + 5);
        plant(CODE + 7);

        assertThat(memory.getByte(CODE + 5)).isEqualTo(TRAP);
        assertThat(planted.at(CODE + 5)).isSameAs(first);
        assertThat(planted.at(CODE + 6)).isNull();
    }

    @Test
    void removedByteGivesTheGuestItsOwnBack() {
        PlantedBytes.Planted first = plant(CODE + 5);
        PlantedBytes.Planted second = plant(CODE + 7);

        planted.remove(first);

        assertThat(memory.getByte(CODE + 5)).isEqualTo((byte) 5);
        assertThat(planted.at(CODE + 5)).isNull();
        assertThat(planted.at(CODE + 7)).isSameAs(second);
    }

    @Test
    void whatTheGuestWroteOverATrapIsNeverRestoredOver() {
        PlantedBytes.Planted there = plant(CODE + 5);
        memory.putByte(CODE + 5, (byte) 0x77);

        planted.remove(there);

        assertThat(memory.getByte(CODE + 5)).isEqualTo((byte) 0x77);
    }

    @Test
    void copyOfMemoryShowsTheGuestsOwnBytes() {
        plant(CODE + 5);
        plant(CODE + 7);
        byte[] copy = new byte[6];
        memory.read(CODE + 4, copy, 1, 4);

        planted.hide(CODE + 4, copy, 1, 4);

        assertThat(copy).containsExactly(0, 4, 5, 6, 7, 0);
    }

    @Test
    void writingBelowATrapKeepsTheTrapAndChangesWhatItHides() {
        PlantedBytes.Planted there = plant(CODE + 5);

        planted.writeBelow(CODE + 4, new byte[] {0x44, 0x55, 0x66}, 0, 3);

        assertThat(memory.getByte(CODE + 4)).isEqualTo((byte) 0x44);
        assertThat(memory.getByte(CODE + 5)).isEqualTo(TRAP);
        planted.remove(there);
        assertThat(memory.getByte(CODE + 5)).isEqualTo((byte) 0x55);
    }

    @Test
    void byteThatIsRemovedWhileLiftedIsNotPlantedAgain() {
        PlantedBytes.Planted there = plant(CODE + 5);

        planted.lift(there);
        planted.remove(there);
        planted.replant(there);

        assertThat(memory.getByte(CODE + 5)).isEqualTo((byte) 5);
    }

    @Test
    void byteThatTheGuestChangedWhileLiftedIsHiddenFromThenOn() {
        PlantedBytes.Planted there = plant(CODE + 5);

        planted.lift(there);
        memory.putByte(CODE + 5, (byte) 0x66);
        planted.replant(there);

        assertThat(memory.getByte(CODE + 5)).isEqualTo(TRAP);
        planted.remove(there);
        assertThat(memory.getByte(CODE + 5)).isEqualTo((byte) 0x66);
    }
}
