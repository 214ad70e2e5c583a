package dev.kvmdap.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class Serial16550Test {

    private static final int DATA = 0x3f8;
    private static final int IER = 0x3f9;
    private static final int IIR_FCR = 0x3fa;
    private static final int LCR = 0x3fb;
    private static final int MCR = 0x3fc;
    private static final int LSR = 0x3fd;
    private static final int MSR = 0x3fe;
    private static final int SCR = 0x3ff;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final List<Boolean> line = new ArrayList<>();
    private final Serial16550 uart = new Serial16550("COM1", Serial16550.COM1, output::write, line::add);

    @Test
    void sendsWhatTheGuestWrites() {
        write(DATA, 'h');
        write(DATA, 0xff);

        assertThat(output.toByteArray()).containsExactly('h', 0xff);
    }

    @Test
    void transmitterIsAlwaysEmpty() {
        write(DATA, 'h');

        assertThat(read(LSR)).isEqualTo(0x60);
    }

    @Test
    void divisorLatchHidesDataAndInterruptEnable() {
        write(IER, 0x05);
        write(LCR, 0x83);
        write(DATA, 0x34);
        write(IER, 0x12);

        assertThat(read(DATA)).isEqualTo(0x34);
        assertThat(read(IER)).isEqualTo(0x12);
        assertThat(output.size()).isZero();

        write(LCR, 0x03);
        assertThat(read(LCR)).isEqualTo(0x03);
        assertThat(read(IER)).isEqualTo(0x05);
    }

    @Test
    void receivedBytesArriveInOrderAndDataReadySaysWhether() {
        receive("ok");

        assertThat(read(LSR) & 1).isEqualTo(1);
        assertThat(read(DATA)).isEqualTo('o');
        assertThat(read(LSR) & 1).isEqualTo(1);
        assertThat(read(DATA)).isEqualTo('k');
        assertThat(read(LSR) & 1).isZero();
        assertThat(read(DATA)).isZero();
    }

    @Test
    void bytesOfTheHostSurviveTheGuestsFifoClear() {
        receive("x".repeat(100));
        write(IIR_FCR, 0x07);

        for (int i = 0; i < 100; i++) {
            assertThat(read(DATA)).isEqualTo('x');
        }
        assertThat(read(LSR)).isEqualTo(0x60);
    }

    @Test
    void highBytesAreNotSignExtended() {
        uart.receive((byte) 0xe9);

        assertThat(read(DATA)).isEqualTo(0xe9);
    }

    @Test
    void identificationShowsWhetherFifosAreEnabled() {
        assertThat(read(IIR_FCR)).isEqualTo(0x01);
        write(IIR_FCR, 0x01);
        assertThat(read(IIR_FCR)).isEqualTo(0xc1);
    }

    @Test
    void scratchRegisterKeepsItsValue() {
        write(SCR, 0xae);

        assertThat(read(SCR)).isEqualTo(0xae);
    }

    @Test
    void modemOnTheOtherSideIsReady() {
        assertThat(read(MSR)).isEqualTo(0xb0);
    }

    @Test
    void statusRegistersAreReadOnly() {
        write(LSR, 0);
        write(MSR, 0);

        assertThat(read(LSR)).isEqualTo(0x60);
        assertThat(read(MSR)).isEqualTo(0xb0);
    }

    @Test
    void resetForgetsEverything() {
        receive("old");
        write(IER, 0x0f);
        write(LCR, 0x83);
        write(SCR, 1);

        uart.reset();

        assertThat(read(IER)).isZero();
        assertThat(read(LCR)).isZero();
        assertThat(read(SCR)).isZero();
        assertThat(read(LSR)).isEqualTo(0x60);
        assertThat(line).endsWith(false);
    }

    @Test
    void bytesFromAnotherThreadArriveCompleteAndInOrder() throws InterruptedException {
        int count = 10_000;
        AtomicBoolean inOrder = new AtomicBoolean(true);
        Thread guest = new Thread(() -> {
            for (int expected = 0; expected < count && !Thread.interrupted(); ) {
                if ((read(LSR) & 1) != 0) {
                    inOrder.compareAndSet(true, read(DATA) == (expected++ & 0xff));
                }
            }
        });
        guest.start();
        for (int i = 0; i < count; i++) {
            uart.receive((byte) i);
        }
        guest.join(10_000);
        boolean complete = !guest.isAlive();
        guest.interrupt();

        assertThat(complete).isTrue();
        assertThat(inOrder).isTrue();
    }

    @Nested
    class InLoopback {

        @Test
        void sentBytesComeBackInsteadOfLeaving() {
            receive("host");
            write(MCR, 0x10);
            write(DATA, 0xae);

            assertThat(read(DATA)).isEqualTo(0xae);
            assertThat(output.size()).isZero();

            write(MCR, 0);
            assertThat(read(DATA)).isEqualTo('h');
        }

        @Test
        void modemStatusShowsTheGuestsOwnOutputs() {
            write(MCR, 0x10);
            assertThat(read(MSR) & 0xf0).isZero();
            write(MCR, 0x1a);
            assertThat(read(MSR) & 0xf0).as("RTS is seen as CTS, OUT2 as DCD").isEqualTo(0x90);
            write(MCR, 0x15);
            assertThat(read(MSR) & 0xf0).as("DTR is seen as DSR, OUT1 as RI").isEqualTo(0x60);
        }

        @Test
        void changesOfModemStatusAreReportedOnce() {
            write(MCR, 0x10);
            assertThat(read(MSR) & 0x0f).as("CTS, DSR and DCD fell").isEqualTo(0x0b);
            assertThat(read(MSR) & 0x0f).isZero();
            write(MCR, 0x14);
            assertThat(read(MSR) & 0x0f).as("RI reports its trailing edge only").isZero();
            write(MCR, 0x10);
            assertThat(read(MSR) & 0x0f).isEqualTo(0x04);
        }

        @Test
        void seventeenthUnreadByteOverruns() {
            write(MCR, 0x10);
            for (int i = 0; i < 17; i++) {
                write(DATA, i);
            }

            assertThat(read(LSR) & 0x03).isEqualTo(0x03);
            assertThat(read(LSR) & 0x03).as("reading clears the error").isEqualTo(0x01);
            write(IIR_FCR, 0x03);
            assertThat(read(LSR) & 0x03).as("the FIFO can be cleared").isZero();
        }
    }

    @Nested
    class Interrupts {

        @Test
        void nothingIsAssertedUnlessEnabled() {
            receive("a");
            write(DATA, 'b');

            assertThat(line).isEmpty();
            assertThat(read(IIR_FCR)).isEqualTo(0x01);
        }

        @Test
        void receivedDataAssertsUntilItIsRead() {
            write(IER, 0x01);
            receive("ab");

            assertThat(line).containsExactly(true);
            assertThat(read(IIR_FCR)).isEqualTo(0x04);
            read(DATA);
            assertThat(line).containsExactly(true);
            read(DATA);
            assertThat(line).containsExactly(true, false);
        }

        @Test
        void emptyTransmitterAssertsWhenEnabledAndAfterEachByteUntilIdentified() {
            write(IER, 0x02);
            assertThat(line).containsExactly(true);
            assertThat(read(IIR_FCR)).isEqualTo(0x02);
            assertThat(line).containsExactly(true, false);
            assertThat(read(IIR_FCR)).isEqualTo(0x01);

            write(DATA, 'x');
            assertThat(line).containsExactly(true, false, true);
        }

        @Test
        void moreUrgentInterruptIsIdentifiedFirstAndKeepsTheOther() {
            write(IER, 0x03);
            receive("a");

            assertThat(read(IIR_FCR)).isEqualTo(0x04);
            read(DATA);
            assertThat(read(IIR_FCR)).isEqualTo(0x02);
            assertThat(line).containsExactly(true, false);
        }

        @Test
        void overrunAndModemStatusAssertUntilTheirRegisterIsRead() {
            write(IER, 0x0c);
            write(MCR, 0x10);
            assertThat(read(IIR_FCR)).isEqualTo(0x00);
            for (int i = 0; i < 17; i++) {
                write(DATA, i);
            }
            assertThat(read(IIR_FCR)).isEqualTo(0x06);
            read(LSR);
            assertThat(read(IIR_FCR)).isEqualTo(0x00);
            read(MSR);
            assertThat(read(IIR_FCR)).isEqualTo(0x01);
            assertThat(line).containsExactly(true, false);
        }
    }

    private int read(int port) {
        return uart.read(port, 1);
    }

    private void write(int port, int value) {
        assertThat(uart.write(port, 1, value)).isEqualTo(Effect.none());
    }

    private void receive(String text) {
        for (byte next : text.getBytes(StandardCharsets.ISO_8859_1)) {
            uart.receive(next);
        }
    }
}
