package dev.kvmdap.view.system;

import dev.kvmdap.device.Inspected;
import dev.kvmdap.device.PortDevice;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.view.Group;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import java.util.ArrayList;
import java.util.List;

/** The state of the processor and the machine that is no register; each part is computed when it is opened. */
public final class SystemView implements Node {

    private final SystemState system;

    /** The state of one vCPU and its machine. */
    public SystemView(SystemState system) {
        this.system = system;
    }

    @Override
    public String name() {
        return "System";
    }

    @Override
    public String value(NumberFormat format) {
        return "";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        List<Node> rows = new ArrayList<>(List.of(
                new DescriptorTableNode(false, system),
                new DescriptorTableNode(true, system),
                new InterruptTableNode(system),
                new TaskStateNode(system),
                new PageTableNode(system),
                new MappingsNode(system),
                new EventsNode(system)));
        rows.addAll(devices());
        rows.add(new Group("Physical memory", "", "where there is RAM", this::physicalMemory));
        rows.add(new Group("I/O ports", "", "which devices answer where", this::ports));
        return rows;
    }

    /** The devices that keep something. */
    private List<Node> devices() {
        return system.devices().stream()
                .filter(Inspected::hasState)
                .<Node>map(device -> new DeviceNode(device, system.values()))
                .toList();
    }

    private List<Node> physicalMemory() {
        List<Node> rows = new ArrayList<>();
        for (GuestMemory.Region region : system.machine().memory().regions()) {
            long first = region.start().address();
            rows.add(new Row(
                    "p:0x%x-0x%x".formatted(first, first + region.size() - 1),
                    "RAM, %d KiB".formatted(region.size() >> 10),
                    null,
                    region.start().toString()));
        }
        return rows;
    }

    private List<Node> ports() {
        List<Node> rows = new ArrayList<>();
        system.machine()
                .kernelDevices()
                .forEach(device -> rows.add(new Row(device.ports().toString(), device.name(), "served by KVM")));
        for (PortDevice device : system.machine().ports().devices()) {
            device.ports().forEach(range -> rows.add(new Row(range.toString(), device.name(), null)));
        }
        rows.sort((one, other) -> Long.compare(first(one), first(other)));
        return rows;
    }

    private static long first(Node ports) {
        return Long.decode(ports.name().split("-", 2)[0]);
    }
}
