package dev.kvmdap.bios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.device.A20Gate;
import dev.kvmdap.device.DiskImage;
import dev.kvmdap.device.Effect;
import dev.kvmdap.device.MemoryBus;
import dev.kvmdap.device.PortBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls services by register frames in memory, as the ROM does. */
class BiosServicesTest {

    private static final int PORT = 0xb4;
    private static final int FRAME = 0x7000;
    private static final int CARRY = 1;
    private static final int ZERO = 1 << 6;

    @TempDir
    Path folder = Path.of("");

    private final FlatMemory memory = new FlatMemory(4 << 20);
    private final StringBuilder printed = new StringBuilder();
    private DiskImage disk;
    private BiosServices services;

    @BeforeEach
    void switchOn() throws IOException {
        byte[] contents = new byte[64 * 512];
        new Random(1).nextBytes(contents);
        disk = DiskImage.open(Files.write(folder.resolve("disk.img"), contents));
        MemoryMap map = MemoryMap.of(4 << 20, 0);
        memory.write(0, BiosDataArea.initial(new BiosRom(), Drive.DISK, map), 0, BiosDataArea.BYTES);
        Clock clock = Clock.fixed(Instant.parse("2024-02-29T23:59:58Z"), ZoneOffset.UTC);
        services = new BiosServices(
                memory, map, disk, new PortBus(), new A20Gate(), next -> printed.append((char) next), clock, true);
    }

    @AfterEach
    void switchOff() throws IOException {
        disk.close();
    }

    @Test
    void clockTellsBinaryCodedDecimals() {
        Registers time = call(0x1a, new Registers().eax(0x0200));
        assertThat(time.ecx & 0xffff).isEqualTo(0x2359);
        assertThat(time.edx & 0xffff).isEqualTo(0x5800);
        Registers date = call(0x1a, new Registers().eax(0x0400));
        assertThat(date.ecx & 0xffff).isEqualTo(0x2024);
        assertThat(date.edx & 0xffff).isEqualTo(0x0229);
    }

    @ParameterizedTest
    @CsvSource({
        "0x0201, 0x0000, 0x80, 4", // sector 0
        "0x0201, 0x0001, 0x81, 1", // another hard disk
        "0x0201, 0x0001, 0x00, 0x31", // a diskette
        "0x0200, 0x0001, 0x80, 1", // no sectors
        "0x0241, 0x0001, 0x80, 4", // more than there are
        "0x0201, 0xff01, 0x80, 4", // cylinder 255
        "0x9900, 0x0001, 0x80, 1", // no such function
        "0x4200, 0x0000, 0x80, 1" // a packet of no bytes
    })
    void diskRefusesWhatIsNotThere(String ax, String cx, String dx, String status) {
        int drive = Integer.decode(dx);

        Registers registers = call(
                0x13,
                new Registers()
                        .eax(Integer.decode(ax))
                        .ecx(Integer.decode(cx))
                        .edx(drive)
                        .esi(0x600));

        assertThat(registers.flags & CARRY).isEqualTo(CARRY);
        assertThat(registers.eax >> 8 & 0xff).isEqualTo(Integer.decode(status));
        assertThat(call(0x13, new Registers().eax(0x0100).edx(drive)).eax >> 8 & 0xff)
                .as("the status of the last operation")
                .isEqualTo(Integer.decode(status));
    }

    @Test
    void readPastTheEndOfMemoryIsAnErrorAndTellsHowMuchWasRead() {
        // segment ffff, beyond which 4 MiB of memory go on: a flat address near their end
        memory.putInt(0x600, 0x0004_0018);
        memory.putInt(0x604, -1);
        memory.putInt(0x608, 1);
        memory.putInt(0x60c, 0);
        memory.putInt(0x610, (4 << 20) - 1024);
        memory.putInt(0x614, 0);

        Registers registers = call(0x13, new Registers().eax(0x4200).edx(0x80).esi(0x600));

        assertThat(registers.eax >> 8 & 0xff).isEqualTo(9);
        assertThat(memory.getInt(0x600) >>> 16).as("sectors").isEqualTo(2);
    }

    @Test
    void keysAreKeptInOrderWhileThereIsRoom() {
        services.typing().type("0123456789abcdefgh");

        StringBuilder read = new StringBuilder();
        for (int i = 0; i < 18; i++) {
            read.append((char) (call(0x16, new Registers()).eax & 0xff));
        }
        assertThat(read.toString()).isEqualTo("0123456789abcdefgh");
        assertThat(call(0x16, new Registers().eax(0x0100)).flags & ZERO).isEqualTo(ZERO);
        assertThat(outcome(0x16, new Registers())).as("waiting").isEqualTo(1);
    }

    @Test
    void exceptionThatNobodyHandlesHaltsAndSaysWhere() {
        Registers registers = new Registers();
        registers.ip = 0x7c12;

        assertThat(outcome(0x00, registers)).as("halted").isEqualTo(2);
        assertThat(printed.toString()).isEqualTo("BIOS: divide error at 0000:7c12, and the guest does not handle it\n");
    }

    @Test
    void bootstrapReadsTheBootSectorAgainAndStartsIt() throws IOException {
        Registers registers = call(0x19, new Registers());

        byte[] sector = new byte[512];
        disk.read(0, sector, 0);
        byte[] loaded = new byte[512];
        memory.read(0x7c00, loaded, 0, 512);
        assertThat(loaded).isEqualTo(sector);
        assertThat(registers.cs).isZero();
        assertThat(registers.ip).isEqualTo(0x7c00);
        assertThat(registers.edx).isEqualTo(0x80);
    }

    @Test
    void everyCallIsServedWhateverIsInItsRegisters() {
        Random random = new Random(2);
        for (int i = 0; i < 60_000; i++) {
            Registers registers = Registers.random(random);
            int vector = random.nextInt(8) == 0 ? random.nextInt(256) : 0x10 + random.nextInt(0x0b);
            if (random.nextBoolean()) {
                registers.eax = (registers.eax & ~0xff00) | random.nextInt(0x50) << 8;
            }
            if (random.nextBoolean()) {
                registers.edx = (registers.edx & ~0xff) | 0x80;
            }
            int pointer = random.nextInt(16) == 0 ? random.nextInt() : FRAME;
            memory.put(FRAME, registers, vector);
            assertThat(services.write(PORT, 4, pointer)).isEqualTo(Effect.none());
            assertThat(services.read(PORT, 1)).isBetween(0, 2);
            if (random.nextInt(64) == 0) {
                scribble(random);
            }
        }
    }

    /** Nonsense in the BIOS data area. */
    private void scribble(Random random) {
        byte[] nonsense = new byte[0x100];
        random.nextBytes(nonsense);
        memory.write(0x400, nonsense, 0, nonsense.length);
    }

    private Registers call(int vector, Registers registers) {
        assertThat(outcome(vector, registers)).as("done").isZero();
        return memory.get(FRAME);
    }

    private int outcome(int vector, Registers registers) {
        memory.put(FRAME, registers, vector);
        services.write(PORT, 4, FRAME);
        return services.read(PORT, 1);
    }

    /** The registers of a caller. */
    private static final class Registers {
        private int eax;
        private int ebx;
        private int ecx;
        private int edx;
        private int esi;
        private int edi;
        private int ebp;
        private int ds;
        private int es;
        private int ip;
        private int cs;
        private int flags;

        static Registers random(Random random) {
            Registers registers = new Registers();
            registers.eax = random.nextInt();
            registers.ebx = random.nextInt();
            registers.ecx = random.nextInt();
            registers.edx = random.nextInt();
            registers.esi = random.nextInt();
            registers.edi = random.nextInt();
            registers.ebp = random.nextInt();
            registers.ds = random.nextInt(0x10000);
            registers.es = random.nextInt(0x10000);
            registers.ip = random.nextInt(0x10000);
            registers.cs = random.nextInt(0x10000);
            registers.flags = random.nextInt(0x10000);
            return registers;
        }

        Registers eax(int value) {
            eax = value;
            return this;
        }

        Registers ecx(int value) {
            ecx = value;
            return this;
        }

        Registers edx(int value) {
            edx = value;
            return this;
        }

        Registers esi(int value) {
            esi = value;
            return this;
        }
    }

    /** RAM from address 0 on, and register frames in it. */
    private static final class FlatMemory implements MemoryBus {
        private final byte[] bytes;

        FlatMemory(int size) {
            bytes = new byte[size];
        }

        @Override
        public int read(long physical, byte[] into, int from, int length) {
            int count = available(physical, length);
            System.arraycopy(bytes, count == 0 ? 0 : (int) physical, into, from, count);
            return count;
        }

        @Override
        public int write(long physical, byte[] source, int from, int length) {
            int count = available(physical, length);
            System.arraycopy(source, from, bytes, count == 0 ? 0 : (int) physical, count);
            return count;
        }

        private int available(long physical, int length) {
            return physical < 0 ? 0 : (int) Math.max(0, Math.min(length, bytes.length - physical));
        }

        void putInt(int at, int value) {
            putShort(at, value);
            putShort(at + 2, value >>> 16);
        }

        void putShort(int at, int value) {
            bytes[at] = (byte) value;
            bytes[at + 1] = (byte) (value >> 8);
        }

        int getInt(int at) {
            return getShort(at) | getShort(at + 2) << 16;
        }

        int getShort(int at) {
            return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
        }

        /** As the ROM pushes them: ES, DS, EDI, ESI, EBP, ESP, EBX, EDX, ECX, EAX, the vector, IP, CS, FLAGS. */
        void put(int at, Registers registers, int vector) {
            Arrays.fill(bytes, at, at + 44, (byte) 0);
            putShort(at, registers.es);
            putShort(at + 2, registers.ds);
            putInt(at + 4, registers.edi);
            putInt(at + 8, registers.esi);
            putInt(at + 12, registers.ebp);
            putInt(at + 20, registers.ebx);
            putInt(at + 24, registers.edx);
            putInt(at + 28, registers.ecx);
            putInt(at + 32, registers.eax);
            putShort(at + 36, vector);
            putShort(at + 38, registers.ip);
            putShort(at + 40, registers.cs);
            putShort(at + 42, registers.flags);
        }

        Registers get(int at) {
            Registers registers = new Registers();
            registers.es = getShort(at);
            registers.ds = getShort(at + 2);
            registers.ebx = getInt(at + 20);
            registers.edx = getInt(at + 24);
            registers.ecx = getInt(at + 28);
            registers.eax = getInt(at + 32);
            registers.ip = getShort(at + 38);
            registers.cs = getShort(at + 40);
            registers.flags = getShort(at + 42);
            return registers;
        }
    }
}
