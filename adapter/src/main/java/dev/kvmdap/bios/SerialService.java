package dev.kvmdap.bios;

import dev.kvmdap.device.PortBus;

/** INT 14h, serial lines: sends and receives by the ports that the BIOS data area names. The line's speed does not matter. */
final class SerialService implements Service {

    private static final int LINES = 4;
    private static final int LINE_STATUS = 5;
    private static final int MODEM_STATUS = 6;
    private static final int DATA_READY = 1;
    private static final int TIMED_OUT = 1 << 7;

    private final RealModeMemory memory;
    private final PortBus ports;

    SerialService(RealModeMemory memory, PortBus ports) {
        this.memory = memory;
        this.ports = ports;
    }

    @Override
    public Outcome serve(RegisterFrame call) {
        int port = call.dx() < LINES ? memory.getShort(BiosDataArea.COM_PORTS + 2L * call.dx()) : 0;
        if (port == 0) {
            call.ah(TIMED_OUT);
            return Outcome.DONE;
        }
        int status = ports.in(port + LINE_STATUS, 1);
        switch (call.ah()) {
            case 0x01 -> {
                ports.out(port, 1, call.al());
                call.ah(status);
            }
            case 0x02 -> {
                boolean ready = (status & DATA_READY) != 0;
                call.ah(ready ? status : TIMED_OUT);
                if (ready) {
                    call.al(ports.in(port, 1));
                }
            }
            default -> call.ah(status).al(ports.in(port + MODEM_STATUS, 1));
        }
        return Outcome.DONE;
    }
}
