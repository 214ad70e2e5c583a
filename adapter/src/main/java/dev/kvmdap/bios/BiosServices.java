package dev.kvmdap.bios;

import dev.kvmdap.device.A20Gate;
import dev.kvmdap.device.ByteSink;
import dev.kvmdap.device.DiskImage;
import dev.kvmdap.device.Effect;
import dev.kvmdap.device.MemoryBus;
import dev.kvmdap.device.PortBus;
import dev.kvmdap.device.PortDevice;
import dev.kvmdap.device.PortRange;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The services behind {@link BiosRom}, at a port that the ROM writes the address of the caller's registers to. A guest that calls
 * one in protected mode gets what a PC would give it: nothing useful.
 */
public final class BiosServices implements PortDevice {

    private final RealModeMemory memory;
    private final Map<Integer, Service> services;
    private final Typing typing = new Typing();
    private final boolean interrupts;
    private Service.Outcome last = Service.Outcome.DONE;

    /**
     * @param bus the guest's memory
     * @param map what the guest is told of its memory
     * @param disk the only drive; null for none. Its owner closes it
     * @param ports the other devices
     * @param printed takes what the guest prints on the screen
     * @param clock the real-time clock
     * @param interrupts whether a timer's interrupts end a HLT
     */
    public BiosServices(
            MemoryBus bus,
            MemoryMap map,
            @Nullable DiskImage disk,
            PortBus ports,
            A20Gate a20,
            ByteSink printed,
            Clock clock,
            boolean interrupts) {
        this.interrupts = interrupts;
        memory = new RealModeMemory(bus);
        Service boot = new BootService(memory, disk, printed);
        Service keyboard = new KeyboardService(memory, ports, typing);
        services = Map.ofEntries(
                Map.entry(0x00, boot),
                Map.entry(0x06, boot),
                Map.entry(KeyboardService.INTERRUPT, keyboard),
                Map.entry(0x10, new VideoService(memory, printed)),
                Map.entry(0x11, this::equipment),
                Map.entry(0x12, this::conventionalMemory),
                Map.entry(0x13, new DiskService(memory, disk)),
                Map.entry(0x14, new SerialService(memory, ports)),
                Map.entry(0x15, new SystemService(memory, map, a20)),
                Map.entry(0x16, keyboard),
                Map.entry(0x17, BiosServices::noPrinter),
                Map.entry(0x18, boot),
                Map.entry(0x19, boot),
                Map.entry(0x1a, new ClockService(memory, clock)));
    }

    private Service.Outcome equipment(RegisterFrame call) {
        call.ax(memory.getShort(BiosDataArea.EQUIPMENT));
        return Service.Outcome.DONE;
    }

    private Service.Outcome conventionalMemory(RegisterFrame call) {
        call.ax(memory.getShort(BiosDataArea.MEMORY_KIB));
        return Service.Outcome.DONE;
    }

    private static Service.Outcome noPrinter(RegisterFrame call) {
        call.ah(1);
        return Service.Outcome.DONE;
    }

    /** Where keys can be typed for the guest. */
    public Typing typing() {
        return typing;
    }

    @Override
    public String name() {
        return "BIOS services";
    }

    @Override
    public List<PortRange> ports() {
        return List.of(PortRange.of(BiosRom.SERVICE_PORT));
    }

    @Override
    public int width() {
        return Integer.BYTES;
    }

    @Override
    public int read(int port, int size) {
        boolean poll = last == Service.Outcome.WAITING && !interrupts;
        return (poll ? Service.Outcome.POLLING : last).code();
    }

    @Override
    public Effect write(int port, int size, int value) {
        RegisterFrame call = new RegisterFrame(memory, value);
        Service service = services.get(call.vector());
        last = service == null ? Service.Outcome.DONE : service.serve(call);
        return Effect.none();
    }

    @Override
    public void reset() {
        last = Service.Outcome.DONE;
    }
}
