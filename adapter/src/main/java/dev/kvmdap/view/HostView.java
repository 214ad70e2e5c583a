package dev.kvmdap.view;

import dev.kvmdap.engine.StopService;
import dev.kvmdap.engine.StopServices;
import dev.kvmdap.engine.StopServices.Kind;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.x86.CpuMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The host, and by which mechanism it serves each kind of stop in each CPU mode. Nothing here can be changed, and nothing changes
 * while the session lives.
 */
public final class HostView implements Node {

    private final HostFindings host;
    private final StopServices services;

    /** What was found out about a host. */
    public HostView(HostFindings host) {
        this.host = host;
        this.services = new StopServices(host);
    }

    @Override
    public String name() {
        return "Host";
    }

    @Override
    public String value(NumberFormat format) {
        return String.join(", ", host.host().kvmModules());
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        List<Node> rows = new ArrayList<>();
        rows.add(new Row("kernel", "Linux " + host.host().kernelRelease(), null));
        rows.add(new Row("processor", host.host().cpuModel(), host.host().cpuVendor()));
        rows.add(new Row("KVM modules", String.join(", ", host.host().kvmModules()), null));
        Stream.of(Kind.values()).map(this::service).forEach(rows::add);
        return rows;
    }

    private Node service(Kind kind) {
        List<StopService> services = Stream.of(CpuMode.values())
                .map(mode -> this.services.of(kind, mode))
                .distinct()
                .toList();
        StopService first = services.get(0);
        return services.size() == 1
                ? new Group(kind.term(), first.text(), first.reason(), () -> List.of(why(first)))
                : new Group(kind.term(), "by CPU mode", null, () -> byMode(kind));
    }

    private List<Node> byMode(Kind kind) {
        List<Node> rows = new ArrayList<>();
        for (CpuMode mode : CpuMode.values()) {
            StopService service = services.of(kind, mode);
            rows.add(new Group(mode.term() + " mode", service.text(), service.reason(), () -> List.of(why(service))));
        }
        return rows;
    }

    private static Node why(StopService service) {
        return new Row("why", service.reason(), null);
    }
}
