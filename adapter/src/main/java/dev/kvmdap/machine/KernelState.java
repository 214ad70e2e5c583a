package dev.kvmdap.machine;

import static dev.kvmdap.x86.BitField.flag;

import dev.kvmdap.device.DeviceItem;
import dev.kvmdap.device.Inspected;
import dev.kvmdap.kvm.Irqchip;
import dev.kvmdap.kvm.Pit;
import dev.kvmdap.kvm.Vm;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.LocalApic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the devices keep that KVM emulates: the two PICs, the I/O APIC and the timer of a VM, the local APIC of a vCPU. */
final class KernelState {

    private static final int PINS = 24;
    private static final int VECTORS_IN_REGISTER = 32;
    private static final int REGISTER_SPACING = 0x10;
    private static final int VECTORS = 256;

    private static final BitLayout MASTER =
            lines("timer", "keyboard", "second PIC", "COM2", "COM1", "LPT2", "floppy", "LPT1");
    private static final BitLayout SLAVE = lines("clock", "", "", "", "mouse", "coprocessor", "disk 1", "disk 2");

    private static final String[] PIT_MODES = {
        "interrupt at the end", "one-shot", "rate", "square wave", "software strobe", "hardware strobe"
    };

    private KernelState() {}

    private static BitLayout lines(String... devices) {
        return new BitLayout(IntStream.range(0, devices.length)
                .mapToObj(line -> flag("IR" + line, line, devices[line].isEmpty() ? "line " + line : devices[line]))
                .toList());
    }

    private record Device(String name, Supplier<List<DeviceItem>> items) implements Inspected {

        @Override
        public List<DeviceItem> state() {
            return items.get();
        }
    }

    /** The devices of a VM. */
    static List<Inspected> of(Vm vm) {
        return List.of(
                new Device("PIC 1", () -> pic(vm, Irqchip.PIC_MASTER, MASTER)),
                new Device("PIC 2", () -> pic(vm, Irqchip.PIC_SLAVE, SLAVE)),
                new Device("I/O APIC", () -> ioApic(vm)),
                new Device("PIT", () -> timer(vm)));
    }

    private static List<DeviceItem> pic(Vm vm, Irqchip chip, BitLayout lines) {
        StateArea area = new StateArea(() -> vm.irqchip(chip), state -> vm.setIrqchip(chip, state));
        return List.of(
                area.register("IRR", chip.offset("irr"), 1, lines, "requests that wait"),
                area.register("IMR", chip.offset("imr"), 1, lines, "lines that are held back"),
                area.register("ISR", chip.offset("isr"), 1, lines, "requests that are being served"),
                area.register("vector base", chip.offset("irq_base"), 1, null, "vector of line 0"),
                area.register("ELCR", chip.offset("elcr"), 1, lines, "lines that are level triggered"),
                area.read("last IRR", chip.offset("last_irr"), 1, lines, "levels of the lines"),
                area.read("priority", chip.offset("priority_add"), 1, null, "line of the highest priority"),
                area.read("auto EOI", chip.offset("auto_eoi"), 1, null, "requests end by being taken"),
                area.read("special mask", chip.offset("special_mask"), 1, null, "lower requests may interrupt"),
                area.read(
                        "initialisation",
                        chip.offset("init_state"),
                        1,
                        null,
                        "0 done, else the next initialisation command word minus 1"));
    }

    private static List<DeviceItem> ioApic(Vm vm) {
        Irqchip chip = Irqchip.IOAPIC;
        StateArea area = new StateArea(() -> vm.irqchip(chip), state -> vm.setIrqchip(chip, state));
        List<DeviceItem> items = new ArrayList<>();
        items.add(area.read("base", chip.offset("base_address"), Long.BYTES, null, "physical address"));
        items.add(area.read("select", chip.offset("ioregsel"), Integer.BYTES, null, "register that the window shows"));
        items.add(area.register("ID", chip.offset("id"), Integer.BYTES, null, "APIC id"));
        BitLayout pins = new BitLayout(IntStream.range(0, PINS)
                .mapToObj(pin -> flag("PIN" + pin, pin, "pin " + pin))
                .toList());
        items.add(area.read("IRR", chip.offset("irr"), Integer.BYTES, pins, "pins that are asserted"));
        for (int pin = 0; pin < PINS; pin++) {
            int at = chip.offset("redirtbl") + Long.BYTES * pin;
            items.add(area.register("pin " + pin, at, Long.BYTES, LocalApic.REDIRECTION, "redirection entry"));
        }
        return items;
    }

    private static List<DeviceItem> timer(Vm vm) {
        StateArea area = new StateArea(vm::pit2, null);
        List<DeviceItem> channels = new ArrayList<>();
        for (int channel = 0; channel < Pit.CHANNELS; channel++) {
            channels.add(channel(area, channel));
        }
        return channels;
    }

    private static DeviceItem channel(StateArea area, int channel) {
        int mode = (int) area.get(Pit.offset(channel, "mode"), 1);
        long count = area.get(Pit.offset(channel, "count"), Integer.BYTES);
        String what = mode < PIT_MODES.length ? PIT_MODES[mode] : "mode " + mode;
        return new DeviceItem.Part(
                "channel " + channel,
                "%s, every %d ticks of 1193182 Hz".formatted(what, count == 0 ? 1 << 16 : count),
                channel == 0 ? "IRQ 0" : channel == 1 ? "memory refresh" : "speaker",
                List.of(
                        area.read("mode", Pit.offset(channel, "mode"), 1, null, "counting mode, 0 to 5"),
                        area.read(
                                "count", Pit.offset(channel, "count"), Integer.BYTES, null, "what it counts down from"),
                        area.read("BCD", Pit.offset(channel, "bcd"), 1, null, "counts in decimal"),
                        area.read("gate", Pit.offset(channel, "gate"), 1, null, "counting is let go on"),
                        area.read(
                                "access",
                                Pit.offset(channel, "rw_mode"),
                                1,
                                null,
                                "1 low byte, 2 high byte, 3 low then high"),
                        area.read("latched", Pit.offset(channel, "count_latched"), 1, null, "a count waits to be read"),
                        area.read(
                                "latched count",
                                Pit.offset(channel, "latched_count"),
                                Short.BYTES,
                                null,
                                "the count that waits"),
                        area.read("status", Pit.offset(channel, "status"), 1, null, "status that was latched")));
    }

    /** The local APIC of a vCPU. */
    static Inspected localApic(VcpuThread vcpu) {
        return new Device("Local APIC", () -> localApicItems(vcpu));
    }

    private static List<DeviceItem> localApicItems(VcpuThread thread) {
        StateArea area = new StateArea(
                () -> thread.call(vcpu -> vcpu.state().lapic()),
                state -> thread.call(vcpu -> {
                    vcpu.state().setLapic(state);
                    vcpu.regs();
                    vcpu.sregs();
                    return vcpu;
                }));
        List<DeviceItem> items = new ArrayList<>();
        for (LocalApic.Field field : LocalApic.fields()) {
            items.add(
                    field.writable()
                            ? area.register(field.name(), field.offset(), 4, field.bits(), field.meaning())
                            : area.read(field.name(), field.offset(), 4, field.bits(), field.meaning()));
            if (field.name().equals("SVR")) {
                items.add(vectors("IRR", LocalApic.IRR, "interrupts that wait", area));
                items.add(vectors("ISR", LocalApic.ISR, "interrupts that are being served", area));
                items.add(vectors("TMR", LocalApic.TMR, "interrupts that are level triggered", area));
            }
        }
        return items;
    }

    private static DeviceItem vectors(String name, int offset, String meaning, StateArea area) {
        List<Integer> set = IntStream.range(0, VECTORS)
                .filter(vector -> (area.get(offset + REGISTER_SPACING * (vector / VECTORS_IN_REGISTER), 4)
                                        >>> (vector % VECTORS_IN_REGISTER)
                                & 1)
                        != 0)
                .boxed()
                .toList();
        String text =
                set.isEmpty() ? "none" : set.stream().map("0x%02x"::formatted).collect(Collectors.joining(" "));
        return new DeviceItem.Fact(name, text, meaning);
    }
}
