package dev.kvmdap.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortBusTest {

    private final List<String> log = new ArrayList<>();
    private final PortBus bus = new PortBus();

    @Test
    void unclaimedPortsReadAllOnesOfTheAccessSize() {
        assertThat(bus.in(0x1234, 1)).isEqualTo(0xff);
        assertThat(bus.in(0x1234, 2)).isEqualTo(0xffff);
        assertThat(bus.in(0x1234, 4)).isEqualTo(0xffff_ffff);
    }

    @Test
    void writesToUnclaimedPortsVanish() {
        assertThat(bus.out(0x80, 4, 0x12345678)).isEqualTo(Effect.none());
    }

    @Test
    void deviceGetsWholeAccessesUpToItsWidth() {
        bus.register(new Recorder("wide", new PortRange(0xf4, 1), 4));

        bus.out(0xf4, 4, 0x12345678);
        bus.in(0xf4, 2);

        assertThat(log).containsExactly("wide f4/4 := 12345678", "wide f4/2");
    }

    @Test
    void wideWriteToAnEightBitDeviceReachesNeighbouringPortsByteByByte() {
        bus.register(new Recorder("left", new PortRange(0x3f8, 2), 1));
        bus.register(new Recorder("right", new PortRange(0x3fa, 1), 1));

        bus.out(0x3f8, 4, 0x44332211);

        assertThat(log).containsExactly("left 3f8/1 := 11", "left 3f9/1 := 22", "right 3fa/1 := 33");
    }

    @Test
    void wideReadFromAnEightBitDeviceIsPutTogetherFromBytes() {
        bus.register(new Recorder("left", new PortRange(0x10, 1), 1));
        bus.register(new Recorder("right", new PortRange(0x11, 1), 1));

        assertThat(bus.in(0x10, 4)).isEqualTo(0xffff_1110);
    }

    @Test
    void accessThatRunsOverTheEndOfTheAddressSpaceWrapsAround() {
        bus.register(new Recorder("last", PortRange.of(0xffff), 1));
        bus.register(new Recorder("first", PortRange.of(0), 1));

        bus.out(0xffff, 2, 0x2211);

        assertThat(log).containsExactly("last ffff/1 := 11", "first 0/1 := 22");
    }

    @Test
    void wideAccessThatBeginsAtAnUnclaimedPortReachesNobody() {
        bus.register(new ResetControl());

        assertThat(bus.out(0xcf8, 4, 0x8000_ffff)).isEqualTo(Effect.none());
        assertThat(bus.in(0xcf8, 4)).isEqualTo(0xffff_ffff);
    }

    @Test
    void nothingIsWrittenAfterAByteThatEndsTheGuest() {
        bus.register(new SystemControlPort(new A20Gate()));
        bus.register(new Recorder("next", PortRange.of(0x93), 1));

        assertThat(bus.out(0x92, 2, 0xff01)).isInstanceOf(Effect.Reset.class);
        assertThat(log).isEmpty();
    }

    @Test
    void portBelongsToOneDeviceOnly() {
        bus.register(new Serial16550("COM1", 0x3f8, next -> {}, InterruptLine.UNCONNECTED));

        assertThatThrownBy(() -> bus.register(new ExitPort(0x3fa)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("exit port cannot have port 0x3fa: it belongs to COM1");
    }

    @Test
    void portsOutsideTheAddressSpaceAreRefused() {
        assertThatThrownBy(() -> new ExitPort(0x10000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x10000")
                .hasMessageContaining("0 to 0xffff");
        assertThatThrownBy(() -> new PortRange(0xffff, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void resetReachesEveryDevice() {
        bus.register(new Recorder("one", PortRange.of(1), 1));
        bus.register(new Recorder("two", PortRange.of(2), 1));

        bus.reset();

        assertThat(log).containsExactly("one reset", "two reset");
    }

    /** Logs its accesses; reads yield the low byte of the port. */
    private final class Recorder implements PortDevice {

        private final String name;
        private final PortRange range;
        private final int width;

        Recorder(String name, PortRange range, int width) {
            this.name = name;
            this.range = range;
            this.width = width;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<PortRange> ports() {
            return List.of(range);
        }

        @Override
        public int width() {
            return width;
        }

        @Override
        public int read(int port, int size) {
            log.add("%s %x/%d".formatted(name, port, size));
            return port & 0xff;
        }

        @Override
        public Effect write(int port, int size, int value) {
            log.add("%s %x/%d := %x".formatted(name, port, size, value));
            return Effect.none();
        }

        @Override
        public void reset() {
            log.add(name + " reset");
        }
    }
}
