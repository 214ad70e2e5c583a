package dev.kvmdap.engine;

import dev.kvmdap.device.Effect;
import dev.kvmdap.device.PortBus;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.machine.Machine;

/**
 * Serves one vCPU's accesses that KVM leaves to the debugger: to I/O ports, to memory behind trapped pages, and to where there is
 * nothing. On the vCPU's thread. Allocates nothing.
 */
final class ServedAccess {

    private final Vcpu vcpu;
    private final PortBus ports;
    private final GuestMemory memory;
    private final DeviceAccess devices;
    private final Traps traps;
    private final Scrutiny scrutiny;
    private Effect effect = Effect.none();
    private long touched;
    private long ramAddress;
    private int ramLength;
    private boolean ramWrite;

    ServedAccess(Vcpu vcpu, Machine machine, DeviceAccess devices, Traps traps, Scrutiny scrutiny) {
        this.vcpu = vcpu;
        this.ports = machine.ports();
        this.memory = machine.memory();
        this.devices = devices;
        this.traps = traps;
        this.scrutiny = scrutiny;
    }

    /** What the last access asks of the machine. */
    Effect effect() {
        return effect;
    }

    /** Whether the last access asks something of the machine. */
    boolean hasEffect() {
        return effect != Effect.none();
    }

    /** Adds watchpoints to those that {@link #takeTouched} answers. */
    void touch(long watchpoints) {
        touched |= watchpoints;
    }

    /** How many bytes of RAM the last access was to, in a page that KVM was made to trap; 0 for devices. */
    int ramLength() {
        return ramLength;
    }

    /** Where those bytes lie, guest-physical. */
    long ramAddress() {
        return ramAddress;
    }

    /** Whether they were written. */
    boolean isRamWrite() {
        return ramWrite;
    }

    /** Whether watched memory has been accessed. */
    boolean hasTouched() {
        return touched != 0;
    }

    /** The watchpoints whose memory has been accessed since this was last asked. */
    long takeTouched() {
        long taken = touched;
        touched = 0;
        return taken;
    }

    /**
     * Does what the guest has exited for.
     *
     * @param reason {@link Abi#EXIT_IO} or {@link Abi#EXIT_MMIO}
     */
    void serve(int reason) {
        effect = Effect.none();
        ramLength = 0;
        if (reason == Abi.EXIT_MMIO) {
            serveMemory();
        } else {
            servePort();
        }
    }

    /** The same for a further part of an access: what an earlier part asks for counts. */
    void serveMore(int reason) {
        Effect before = effect;
        serve(reason);
        effect = before == Effect.none() ? effect : before;
    }

    /** RAM behind a trapped page, or an address at which there is nothing: that reads as all ones. */
    private void serveMemory() {
        long physical = vcpu.mmioAddress();
        int length = vcpu.mmioLength();
        boolean write = vcpu.mmioIsWrite();
        if (!memory.holds(physical, length)) {
            if (!write) {
                vcpu.setMmioData(-1L);
            }
            scrutiny.nothingThere(physical, length, write, write ? vcpu.mmioData() : -1L);
            return;
        }
        ramAddress = physical;
        ramLength = length;
        ramWrite = write;
        if (write) {
            traps.planted().store(physical, vcpu.mmioData(), length);
            traps.guards().written(physical, length);
        } else {
            vcpu.setMmioData(traps.planted().load(physical, length));
        }
        touched |= traps.watches().touched(physical, length, write);
    }

    /** Devices see one vCPU at a time, as on a bus. */
    private void servePort() {
        int port = vcpu.ioPort();
        int size = vcpu.ioSize();
        synchronized (ports) {
            for (int i = 0; i < vcpu.ioCount(); i++) {
                int value;
                if (vcpu.ioIsOut()) {
                    value = vcpu.ioData(i);
                    Effect wanted = ports.out(port, size, value);
                    effect = wanted == Effect.none() ? effect : wanted;
                } else {
                    value = ports.in(port, size);
                    vcpu.setIoData(i, value);
                }
                scrutiny.port(port, size, vcpu.ioIsOut(), value);
            }
            touched |= devices.takeTouched();
        }
    }
}
