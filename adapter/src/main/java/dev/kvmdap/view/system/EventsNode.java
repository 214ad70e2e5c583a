package dev.kvmdap.view.system;

import dev.kvmdap.exception.InterruptVectors;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.VcpuEvents;
import dev.kvmdap.kvm.VcpuEvents.ExceptionEvent;
import dev.kvmdap.kvm.VcpuEvents.InterruptEvent;
import dev.kvmdap.kvm.VcpuEvents.NmiEvent;
import dev.kvmdap.kvm.VcpuEvents.SmiEvent;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is on its way into the vCPU, and what it is ready for (KVM api.txt, KVM_GET_VCPU_EVENTS and KVM_GET_MP_STATE). */
final class EventsNode implements Node {

    private static final int SHADOW_OF_STI = 2;

    private final SystemState system;

    EventsNode(SystemState system) {
        this.system = system;
    }

    @Override
    public String name() {
        return "Pending events";
    }

    @Override
    public String value(NumberFormat format) {
        return "";
    }

    @Override
    public String type() {
        return "what is delivered before the next instruction";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        VcpuEvents events = system.vcpu().events();
        List<Node> rows = new ArrayList<>();
        rows.add(new Row("activity", activity(system.vcpu().mpState()), "what the vCPU is ready for"));
        rows.add(new Row("exception", exception(events.exception()), "of the guest's own"));
        rows.add(new Row("interrupt", interrupt(events.interrupt()), "taken from the interrupt controller"));
        rows.add(new Row("interrupts held back", shadow(events.interrupt()), "for one instruction"));
        rows.add(new Row("NMI", nmi(events.nmi()), "non-maskable interrupt"));
        rows.add(new Row("SMI", smi(events.smi()), "system management interrupt"));
        if ((events.flags() & VcpuEvents.VALID_TRIPLE_FAULT) != 0) {
            rows.add(new Row("triple fault", events.tripleFaultPending() ? "pending" : "none", "ends the machine"));
        }
        return rows;
    }

    private static String activity(MpState state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String exception(ExceptionEvent event) {
        if (!event.injected() && !event.pending()) {
            return "none";
        }
        String code = event.hasErrorCode() ? "(0x%x)".formatted(event.errorCode()) : "";
        String payload = event.hasPayload() ? ", payload 0x%x".formatted(event.payload()) : "";
        return InterruptVectors.name(event.vector())
                + code
                + payload
                + (event.injected() ? ", being delivered" : ", pending");
    }

    private static String interrupt(InterruptEvent event) {
        return event.injected()
                ? "vector 0x%x%s, being delivered".formatted(event.vector(), event.soft() ? " by INT n" : "")
                : "none";
    }

    private static String shadow(InterruptEvent event) {
        return event.shadow() == 0 ? "no" : (event.shadow() & SHADOW_OF_STI) != 0 ? "by STI" : "by MOV or POP to SS";
    }

    private static String nmi(NmiEvent event) {
        List<String> parts = new ArrayList<>();
        if (event.injected()) {
            parts.add("being delivered");
        }
        if (event.pending()) {
            parts.add("pending");
        }
        if (event.masked()) {
            parts.add("held back until IRET");
        }
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }

    private static String smi(SmiEvent event) {
        List<String> parts = new ArrayList<>();
        if (event.inSmm()) {
            parts.add("in system management mode" + (event.insideNmi() ? " inside of an NMI" : ""));
        }
        if (event.pending()) {
            parts.add("pending");
        }
        if (event.initLatched()) {
            parts.add("an INIT waits");
        }
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }
}
