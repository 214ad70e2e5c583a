package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MappedMemoryTest {
    private static final long GIB = 1L << 30;

    @Test
    void valuesAreLittleEndian() {
        try (MappedMemory memory = MappedMemory.ram(LibC.get(), 4096)) {
            memory.putLong(8, 0x1122334455667788L);

            assertThat(memory.getByte(8)).isEqualTo((byte) 0x88);
            assertThat(memory.getShort(9)).isEqualTo((short) 0x6677);
            assertThat(memory.getInt(12)).isEqualTo(0x11223344);
            assertThat(memory.getLong(0)).isZero();
        }
    }

    @Test
    void bytesAreCopiedFromAndToTheMiddleOfArrays() {
        try (MappedMemory memory = MappedMemory.ram(LibC.get(), 8192)) {
            memory.write(4094, new byte[] {0, 1, 2, 3, 4, 5}, 1, 4);
            byte[] read = new byte[6];
            memory.read(4094, read, 2, 4);
            memory.fill(4095, 2, (byte) 0xee);

            assertThat(read).containsExactly(0, 0, 1, 2, 3, 4);
            assertThat(memory.getInt(4094)).isEqualTo(0x04eeee01);
        }
    }

    @Test
    void everyAccessWorksAcrossTheBorderOfTwoGibibytes() {
        assumeThat(HostMemory.has(3 * GIB)).as("this host has 3 GiB of memory").isTrue();
        try (MappedMemory memory = MappedMemory.ram(LibC.get(), 3 * GIB)) {
            memory.putLong(2 * GIB - 4, 0x1122334455667788L);
            assertThat(memory.getLong(2 * GIB - 4)).isEqualTo(0x1122334455667788L);
            assertThat(memory.getInt(2 * GIB)).isEqualTo(0x11223344);

            memory.putInt(2 * GIB - 1, 0xcafebabe);
            assertThat(memory.getInt(2 * GIB - 1)).isEqualTo(0xcafebabe);
            memory.putShort(2 * GIB - 1, (short) 0x1234);
            assertThat(memory.getShort(2 * GIB - 1)).isEqualTo((short) 0x1234);

            byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
            memory.write(2 * GIB - 3, bytes, 0, 8);
            byte[] read = new byte[8];
            memory.read(2 * GIB - 3, read, 0, 8);
            assertThat(read).isEqualTo(bytes);

            memory.fill(2 * GIB - 2, 4, (byte) 0);
            assertThat(memory.getInt(2 * GIB - 2)).isZero();
            assertThat(memory.getByte(3 * GIB - 1)).isZero();
        }
    }

    @Test
    void accessOutsideIsRefusedWithPlaceAndSize() {
        try (MappedMemory memory = MappedMemory.ram(LibC.get(), 1 << 20)) {
            List<Consumer<MappedMemory>> accesses = List.of(
                    m -> m.getByte(1 << 20),
                    m -> m.getLong((1 << 20) - 7),
                    m -> m.putInt(-1, 0),
                    m -> m.read((1 << 20) - 1, new byte[2], 0, 2),
                    m -> m.write(Long.MAX_VALUE, new byte[1], 0, 1),
                    m -> m.fill(0, (1 << 20) + 1, (byte) 0));

            assertThat(accesses)
                    .allSatisfy(access -> assertThatThrownBy(() -> access.accept(memory))
                            .isInstanceOf(IndexOutOfBoundsException.class)
                            .hasMessageContaining("are not inside guest memory of 1 MiB"));
        }
    }

    @Test
    void accessAfterCloseIsAnExceptionAndNotTheEndOfTheProcess() {
        MappedMemory memory = MappedMemory.ram(LibC.get(), 4096);
        memory.close();
        memory.close();

        List<Consumer<MappedMemory>> accesses = List.of(
                m -> m.getByte(0),
                m -> m.putLong(0, 1),
                m -> m.read(0, new byte[1], 0, 1),
                m -> m.fill(0, 1, (byte) 0),
                MappedMemory::alias,
                m -> m.protect(0, 4096, Abi.PROT_NONE));
        assertThat(accesses)
                .allSatisfy(access -> assertThatThrownBy(() -> access.accept(memory))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("guest memory is closed"));
    }

    @Test
    void aliasShowsTheSameMemoryAndOutlivesIt() {
        MappedMemory memory = MappedMemory.ram(LibC.get(), 4096);
        try (MappedMemory alias = memory.alias()) {
            memory.putInt(0, 0x1234);
            memory.protect(0, 4096, Abi.PROT_NONE);
            assertThat(alias.getInt(0)).isEqualTo(0x1234);
            assertThat(alias.address()).isNotEqualTo(memory.address());
            memory.close();
            assertThat(alias.getInt(0)).isEqualTo(0x1234);
        }
    }

    @Test
    void moreThanTheHostHasIsRefusedWithWhatItHas() {
        assertThatThrownBy(() -> MappedMemory.ram(LibC.get(), 1L << 46))
                .isInstanceOf(KvmException.class)
                .hasMessageContaining("64 TiB")
                .hasMessageMatching(".*this host has [\\d.]+ [GM]iB of memory: set 'memory' to less.*");
    }

    @Test
    void sizesThatAreNoWholePagesAreRefused() {
        assertThatThrownBy(() -> MappedMemory.ram(LibC.get(), 5000)).hasMessageContaining("multiple of 4096");
        assertThatThrownBy(() -> MappedMemory.ram(LibC.get(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void memoryThatCannotBeMappedGivesItsFileBack() {
        SystemCalls calls = mock(SystemCalls.class);
        when(calls.memfd(any(), anyLong())).thenReturn(77);
        when(calls.mmap(anyLong(), anyInt(), anyInt(), anyInt(), anyLong())).thenReturn(-(long) Errno.ENOMEM.number());

        assertThatThrownBy(() -> MappedMemory.ram(calls, 4096))
                .isInstanceOf(KvmException.class)
                .hasMessageContaining("mmap of 4 KiB failed: ENOMEM");

        verify(calls).close(77);
    }

    @Test
    void sizesAreToldAsPeopleSayThem() {
        assertThat(List.of(HostMemory.text(512), HostMemory.text(64 << 20), HostMemory.text(8_300_000_000L)))
                .containsExactly("512 bytes", "64 MiB", "7.7 GiB");
    }
}
