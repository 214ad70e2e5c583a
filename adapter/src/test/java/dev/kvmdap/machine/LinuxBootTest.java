package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxBootTest {

    private static final int MIB = 1 << 20;
    private static final int VERSION = 0x206;
    private static final int LOAD_FLAGS = 0x211;
    private static final int INITRD_MAX = 0x22c;
    private static final int COMMAND_LINE_SIZE = 0x238;
    private static final int INIT_SIZE = 0x260;

    @TempDir
    Path folder = Path.of("");

    private ToldKernel kernels = new ToldKernel(folder);
    private final SparseRam ram = new SparseRam(16 * MIB);

    @BeforeEach
    void useFolder() {
        kernels = new ToldKernel(folder);
    }

    @Test
    void bzImageIsRecognisedThoughItsFirstSectorIsABootSector() {
        BootedImage booted = Boot.of(kernels.bzImage(64)).into(ram);

        assertThat(booted.protocol()).isEqualTo(BootProtocol.LINUX);
        assertThat(booted.recognition()).contains("Linux setup header", "HdrS");
        assertThat(booted.initialState().mode()).isEqualTo(CpuMode.LONG);
        assertThat(booted.initialState().entry().address()).isEqualTo(2 * MIB + 0x200);
        assertThat(booted.ranges().get(0).start()).isEqualTo(new GuestPhysical(2 * MIB));
        assertThat(booted.ranges().get(0).size()).as("what it says it needs").isEqualTo(0x8000);
    }

    @Test
    void vmlinuxIsRecognisedByItsNote() {
        BootedImage booted = Boot.of(kernels.vmlinux()).into(ram);

        assertThat(booted.protocol()).isEqualTo(BootProtocol.LINUX);
        assertThat(booted.recognition()).contains("ELF file with a note of 'Linux'");
    }

    @Test
    void kernelThatIsLoadedLowIsRefused() throws IOException {
        Path old = patched(bytes -> bytes.put(LOAD_FLAGS, (byte) 0));

        assertThatThrownBy(() -> Boot.of(old).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("zImage", "2.15");
    }

    @Test
    void oldKernelIsLoadedAt1MibAndStartedInProtectedMode() throws IOException {
        Path old = patched(bytes -> bytes.putShort(VERSION, (short) 0x0202));

        InitialState state = Boot.of(old).into(ram).initialState();

        assertThat(state.mode()).isEqualTo(CpuMode.PROTECTED);
        assertThat(state.entry().address()).isEqualTo(MIB);
    }

    @Test
    void commandLineThatIsTooLongIsRefused() throws IOException {
        Path kernel = patched(bytes -> bytes.putInt(COMMAND_LINE_SIZE, 10));

        assertThatThrownBy(() -> Boot.of(kernel).told("01234567890").into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("cmdline", "11 bytes", "at most 10");
    }

    @Test
    void kernelThatNeedsMoreMemoryIsRefused() throws IOException {
        Path kernel = patched(bytes -> bytes.putInt(INIT_SIZE, 64 * MIB));

        assertThatThrownBy(() -> Boot.of(kernel).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("the kernel", "67108864 bytes", "memory");
    }

    @Test
    void initrdThatDoesNotFitBelowTheKernelsLimitIsNamed() throws IOException {
        Path kernel = patched(bytes -> bytes.putInt(INITRD_MAX, 0x1000));
        Path initrd = Files.write(folder.resolve("initrd.img"), new byte[0x2000]);

        assertThatThrownBy(() -> Boot.of(kernel).withInitrd(initrd).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("initrd", "8192 bytes");
    }

    @Test
    void modulesAndDiskAreRefusedByName() {
        Path kernel = kernels.vmlinux();

        assertThatThrownBy(() -> Boot.of(kernel).with(kernel, "").into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("modules", "initrd");
        assertThatThrownBy(() -> Boot.of(kernel).withDisk(kernel).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("disk", "initrd");
    }

    @Test
    void damagedKernelsEitherBootOrAreRefused() throws IOException {
        byte[] original = Files.readAllBytes(kernels.bzImage(64));
        Random random = new Random(5);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = original.clone();
            for (int count = 1 + random.nextInt(4); count > 0; count--) {
                damaged[0x1f1 + random.nextInt(0x80)] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged"), damaged);
            try {
                Boot.of(file).as(BootProtocol.LINUX).told("quiet").into(new SparseRam(16 * MIB));
            } catch (BootException e) {
                assertThat(e).hasMessageContaining(" ");
            }
        }
    }

    private Path patched(Consumer<ByteBuffer> change) throws IOException {
        Path image = kernels.bzImage(64);
        byte[] bytes = Files.readAllBytes(image);
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        return Files.write(image, bytes);
    }
}
