package dev.kvmdap.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AddressIndexTest {

    @Test
    void floorIsTheLastEntryAtOrBelowAnAddressOfAnySize() {
        AddressIndex.Builder builder = new AddressIndex.Builder();
        TreeMap<Long, Integer> expected = new TreeMap<>(Long::compareUnsigned);
        Random random = new Random(2);
        for (int i = 0; i < 1000; i++) {
            long address = random.nextLong();
            builder.add(address, i);
            expected.put(address, i);
        }
        AddressIndex index = builder.build();

        assertThat(index.size()).isEqualTo(1000);
        for (int i = 0; i < 1000; i++) {
            long asked = random.nextLong();
            int floor = index.floor(asked);
            var entry = expected.floorEntry(asked);
            assertThat(floor < 0 ? null : index.item(floor)).isEqualTo(entry == null ? null : entry.getValue());
        }
    }

    @Test
    void equalAddressesKeepTheirOrder() {
        AddressIndex.Builder builder = new AddressIndex.Builder();
        builder.add(9, 0);
        builder.add(5, 1);
        builder.add(5, 2);
        builder.add(-1, 3);
        builder.add(5, 4);
        AddressIndex index = builder.build();

        assertThat(index.floor(4)).isEqualTo(-1);
        assertThat(index.floor(5)).isEqualTo(2);
        assertThat(index.item(0)).isEqualTo(1);
        assertThat(index.item(1)).isEqualTo(2);
        assertThat(index.item(2)).isEqualTo(4);
        assertThat(index.address(index.floor(-1))).isEqualTo(-1);
    }
}
