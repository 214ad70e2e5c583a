package dev.kvmdap.device;

import dev.kvmdap.x86.BitLayout;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A serial line: the 16550A UART (National Semiconductor PC16550D data sheet; the register and bit names are its own).
 * A byte written is sent at once, whatever the baud rate, so the transmitter is always empty. Bytes from the host wait
 * outside the 16-byte FIFO until the guest reads them: nothing is lost, and the FIFO's size and trigger level cannot be
 * noticed.
 *
 * <p>{@link #receive} may be called on any thread, everything else on a vCPU thread.
 */
public final class Serial16550 implements PortDevice {

    /** Where the four serial lines of a PC are. */
    public static final int COM1 = 0x3f8;

    private static final int REGISTERS = 8;

    private static final int DATA = 0;
    private static final int INTERRUPT_ENABLE = 1;
    private static final int INTERRUPT_IDENTIFICATION_OR_FIFO_CONTROL = 2;
    private static final int LINE_CONTROL = 3;
    private static final int MODEM_CONTROL = 4;
    private static final int LINE_STATUS = 5;
    private static final int MODEM_STATUS = 6;
    private static final int SCRATCH = 7;

    private static final int IER_RECEIVED_DATA = 1;
    private static final int IER_TRANSMITTER_EMPTY = 1 << 1;
    private static final int IER_LINE_STATUS = 1 << 2;
    private static final int IER_MODEM_STATUS = 1 << 3;

    private static final int IIR_MODEM_STATUS = 0x0;
    private static final int IIR_NONE = 0x1;
    private static final int IIR_TRANSMITTER_EMPTY = 0x2;
    private static final int IIR_RECEIVED_DATA = 0x4;
    private static final int IIR_LINE_STATUS = 0x6;
    private static final int IIR_FIFOS_ENABLED = 0xc0;

    private static final int FCR_ENABLE = 1;
    private static final int FCR_CLEAR_RECEIVER = 1 << 1;

    private static final int LCR_DLAB = 1 << 7;

    private static final int MCR_DTR = 1;
    private static final int MCR_RTS = 1 << 1;
    private static final int MCR_OUT1 = 1 << 2;
    private static final int MCR_OUT2 = 1 << 3;
    private static final int MCR_LOOP = 1 << 4;

    private static final int LSR_DATA_READY = 1;
    private static final int LSR_OVERRUN = 1 << 1;
    private static final int LSR_TRANSMITTER_EMPTY = 1 << 5 | 1 << 6;

    private static final int MSR_CTS = 1 << 4;
    private static final int MSR_DSR = 1 << 5;
    private static final int MSR_RI = 1 << 6;
    private static final int MSR_DCD = 1 << 7;

    private static final int FIFO_BYTES = 16;
    private static final int DIVISOR_9600 = 12;

    private final String name;
    private final int base;
    private final ByteSink output;
    private final InterruptLine line;

    private final Queue<Byte> received = new ConcurrentLinkedQueue<>();
    private final Queue<Byte> loopedBack = new ConcurrentLinkedQueue<>();

    private volatile int interruptEnable;
    private volatile int modemControl;
    private volatile int modemDeltas;
    private volatile boolean transmitterEmptyPending;
    private volatile boolean overrun;
    private boolean fifosEnabled;
    private int lineControl;
    private int divisor;
    private int scratch;

    private boolean lineAsserted;

    /**
     * A serial line whose other end is always there (CTS, DSR and DCD are set).
     *
     * @param name what messages call it, such as COM1
     * @param base its first port
     * @param output takes what the guest sends, on the vCPU thread
     * @param line its interrupt request
     */
    public Serial16550(String name, int base, ByteSink output, InterruptLine line) {
        this.name = name;
        this.base = base;
        this.output = output;
        this.line = line;
        reset();
    }

    /** Hands the guest a byte, behind those it has not read yet. Callable on any thread. */
    public void receive(byte next) {
        received.add(next);
        updateLine();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<PortRange> ports() {
        return List.of(new PortRange(base, REGISTERS));
    }

    @Override
    public int read(int port, int size) {
        int register = port - base;
        if (divisorSelected() && register <= INTERRUPT_ENABLE) {
            return register == DATA ? divisor & 0xff : divisor >> 8;
        }
        return switch (register) {
            case DATA -> readData();
            case INTERRUPT_ENABLE -> interruptEnable;
            case INTERRUPT_IDENTIFICATION_OR_FIFO_CONTROL -> readInterruptIdentification();
            case LINE_CONTROL -> lineControl;
            case MODEM_CONTROL -> modemControl;
            case LINE_STATUS -> readLineStatus();
            case MODEM_STATUS -> readModemStatus();
            default -> scratch;
        };
    }

    @Override
    public Effect write(int port, int size, int value) {
        int register = port - base;
        if (divisorSelected() && register <= INTERRUPT_ENABLE) {
            divisor = register == DATA ? (divisor & 0xff00) | value : (divisor & 0xff) | (value << 8);
            return Effect.none();
        }
        switch (register) {
            case DATA -> transmit((byte) value);
            case INTERRUPT_ENABLE -> enableInterrupts(value);
            case INTERRUPT_IDENTIFICATION_OR_FIFO_CONTROL -> controlFifos(value);
            case LINE_CONTROL -> lineControl = value;
            case MODEM_CONTROL -> controlModem(value);
            case SCRATCH -> scratch = value;
            default -> {
                // the status registers are read-only
            }
        }
        updateLine();
        return Effect.none();
    }

    @Override
    public void reset() {
        received.clear();
        loopedBack.clear();
        interruptEnable = 0;
        modemControl = 0;
        modemDeltas = 0;
        transmitterEmptyPending = false;
        overrun = false;
        fifosEnabled = false;
        lineControl = 0;
        divisor = DIVISOR_9600;
        scratch = 0;
        updateLine();
    }

    @Override
    public List<DeviceItem> state() {
        int lineStatus = lineStatus();
        int identification = pendingInterrupt() | (fifosEnabled ? IIR_FIFOS_ENABLED : 0);
        return List.of(
                register("IER", UartBits.INTERRUPT_ENABLE, "interrupt enable", interruptEnable, value -> {
                    enableInterrupts(value);
                    updateLine();
                }),
                register("IIR", UartBits.INTERRUPT_IDENTIFICATION, "interrupt identification", identification, null),
                register("LCR", UartBits.LINE_CONTROL, "line control", lineControl, value -> lineControl = value),
                register("MCR", UartBits.MODEM_CONTROL, "modem control", modemControl, value -> {
                    controlModem(value);
                    updateLine();
                }),
                register("LSR", UartBits.LINE_STATUS, "line status", lineStatus, null),
                register("MSR", UartBits.MODEM_STATUS, "modem status", modemInputs() | modemDeltas, null),
                register("SCR", null, "scratch", scratch, value -> scratch = value),
                new DeviceItem.Register(
                        "divisor",
                        Short.SIZE,
                        null,
                        "divides 115200 baud",
                        () -> divisor,
                        value -> divisor = (int) value & 0xffff),
                new DeviceItem.Fact(
                        "waiting",
                        receiver().size() + (receiver().size() == 1 ? " byte" : " bytes"),
                        "received and not yet read by the guest"));
    }

    private static DeviceItem register(
            String name, @Nullable BitLayout bits, String meaning, int value, @Nullable IntConsumer change) {
        return new DeviceItem.Register(
                name,
                Byte.SIZE,
                bits,
                meaning,
                () -> value,
                change == null ? null : written -> change.accept((int) written & 0xff));
    }

    private boolean divisorSelected() {
        return (lineControl & LCR_DLAB) != 0;
    }

    private boolean loop() {
        return (modemControl & MCR_LOOP) != 0;
    }

    private Queue<Byte> receiver() {
        return loop() ? loopedBack : received;
    }

    private int readData() {
        Byte next = receiver().poll();
        updateLine();
        return next == null ? 0 : next & 0xff;
    }

    private int readInterruptIdentification() {
        int identification = pendingInterrupt();
        if (identification == IIR_TRANSMITTER_EMPTY) {
            transmitterEmptyPending = false;
            updateLine();
        }
        return identification | (fifosEnabled ? IIR_FIFOS_ENABLED : 0);
    }

    private int lineStatus() {
        return LSR_TRANSMITTER_EMPTY | (receiver().isEmpty() ? 0 : LSR_DATA_READY) | (overrun ? LSR_OVERRUN : 0);
    }

    private int readLineStatus() {
        int status = lineStatus();
        if (overrun) {
            overrun = false;
            updateLine();
        }
        return status;
    }

    private int readModemStatus() {
        int status = modemInputs() | modemDeltas;
        modemDeltas = 0;
        updateLine();
        return status;
    }

    private void transmit(byte next) {
        transmitterEmptyPending = true;
        if (!loop()) {
            output.accept(next);
        } else if (loopedBack.size() < FIFO_BYTES) {
            loopedBack.add(next);
        } else {
            overrun = true;
        }
    }

    private void enableInterrupts(int value) {
        if ((value & ~interruptEnable & IER_TRANSMITTER_EMPTY) != 0) {
            transmitterEmptyPending = true;
        }
        interruptEnable = value & 0xf;
    }

    private void controlFifos(int value) {
        fifosEnabled = (value & FCR_ENABLE) != 0;
        if ((value & FCR_CLEAR_RECEIVER) != 0) {
            loopedBack.clear();
        }
    }

    private void controlModem(int value) {
        int before = modemInputs();
        modemControl = value & 0x1f;
        int changed = before ^ modemInputs();
        int trailingEdgeOfRing = before & changed & MSR_RI;
        modemDeltas |= ((changed & ~MSR_RI) | trailingEdgeOfRing) >> 4;
    }

    /** The modem's four signals; in loopback, the guest's own outputs. */
    private int modemInputs() {
        int outputs = modemControl;
        if ((outputs & MCR_LOOP) == 0) {
            return MSR_CTS | MSR_DSR | MSR_DCD;
        }
        return ((outputs & MCR_RTS) != 0 ? MSR_CTS : 0)
                | ((outputs & MCR_DTR) != 0 ? MSR_DSR : 0)
                | ((outputs & MCR_OUT1) != 0 ? MSR_RI : 0)
                | ((outputs & MCR_OUT2) != 0 ? MSR_DCD : 0);
    }

    /** The IIR code of the pending and enabled interrupt that comes first in the data sheet's order of priority. */
    private int pendingInterrupt() {
        int enabled = interruptEnable;
        if ((enabled & IER_LINE_STATUS) != 0 && overrun) {
            return IIR_LINE_STATUS;
        }
        if ((enabled & IER_RECEIVED_DATA) != 0 && !receiver().isEmpty()) {
            return IIR_RECEIVED_DATA;
        }
        if ((enabled & IER_TRANSMITTER_EMPTY) != 0 && transmitterEmptyPending) {
            return IIR_TRANSMITTER_EMPTY;
        }
        if ((enabled & IER_MODEM_STATUS) != 0 && modemDeltas != 0) {
            return IIR_MODEM_STATUS;
        }
        return IIR_NONE;
    }

    /** Every change of state is followed by this, so the last one to take the lock sees them all. */
    private void updateLine() {
        if (line == InterruptLine.UNCONNECTED) {
            return;
        }
        synchronized (line) {
            boolean asserted = pendingInterrupt() != IIR_NONE;
            if (asserted != lineAsserted) {
                lineAsserted = asserted;
                line.set(asserted);
            }
        }
    }
}
