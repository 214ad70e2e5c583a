package dev.kvmdap.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/** The devices of one register: debug port, exit port, the two reset registers. */
class SimplePortsTest {

    @Test
    void debugPortPrintsBytesAndReadsAsItsOwnNumber() {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        DebugPort port = new DebugPort(output::write);

        port.write(0xe9, 1, '!');
        port.write(0xe9, 1, 0xc3);

        assertThat(output.toByteArray()).containsExactly('!', 0xc3);
        assertThat(port.read(0xe9, 1)).isEqualTo(0xe9);
    }

    @Test
    void exitPortEndsTheGuestWithAnOddCode() {
        PortBus bus = new PortBus();
        bus.register(new ExitPort(ExitPort.DEFAULT_PORT));

        assertThat(bus.out(0xf4, 1, 0)).isEqualTo(new Effect.Exit(1));
        assertThat(bus.out(0xf4, 1, 0x10)).isEqualTo(new Effect.Exit(33));
        assertThat(bus.out(0xf4, 2, 0x1234)).isEqualTo(new Effect.Exit(0x2469));
        assertThat(bus.out(0xf4, 4, 0x10)).isEqualTo(new Effect.Exit(33));
        assertThat(bus.in(0xf4, 1)).isZero();
    }

    @Test
    void exitPortListensWhereItIsToldTo() {
        PortBus bus = new PortBus();
        bus.register(new ExitPort(0x501));

        assertThat(bus.out(0xf4, 1, 0)).isEqualTo(Effect.none());
        assertThat(bus.out(0x501, 1, 0)).isEqualTo(new Effect.Exit(1));
    }

    @Test
    void systemControlPortOpensA20WithoutReset() {
        A20Gate gate = new A20Gate();
        SystemControlPort port = new SystemControlPort(gate);

        assertThat(port.write(0x92, 1, 0x00)).isEqualTo(Effect.none());
        assertThat(port.read(0x92, 1)).isZero();
        assertThat(port.write(0x92, 1, 0x02)).isEqualTo(Effect.none());
        assertThat(port.read(0x92, 1)).isEqualTo(0x02);
    }

    @Test
    void systemControlPortAndKeyboardControllerShareTheGate() {
        A20Gate gate = new A20Gate();
        SystemControlPort port = new SystemControlPort(gate);
        KeyboardController controller = new KeyboardController(gate);

        controller.write(0x64, 1, 0xd1);
        controller.write(0x60, 1, 0xdd);

        assertThat(port.read(0x92, 1) & 0x02).isZero();
    }

    @Test
    void systemControlPortResetsWhenBitZeroRises() {
        SystemControlPort port = new SystemControlPort(new A20Gate());

        assertThat(port.write(0x92, 1, 0x03)).isEqualTo(new Effect.Reset("system control port 0x92"));
        assertThat(port.write(0x92, 1, 0x03)).as("it stays set").isEqualTo(Effect.none());
        port.reset();
        assertThat(port.read(0x92, 1)).isEqualTo(0x02);
        assertThat(port.write(0x92, 1, 0x01)).isInstanceOf(Effect.Reset.class);
    }

    @Test
    void resetControlResetsWhenBitTwoRises() {
        ResetControl control = new ResetControl();

        assertThat(control.write(0xcf9, 1, 0x02)).isEqualTo(Effect.none());
        assertThat(control.read(0xcf9, 1)).isEqualTo(0x02);
        assertThat(control.write(0xcf9, 1, 0x06)).isEqualTo(new Effect.Reset("reset control register 0xcf9"));
        control.reset();
        assertThat(control.write(0xcf9, 1, 0x0e)).isInstanceOf(Effect.Reset.class);
    }
}
