package dev.kvmdap.kvm;

import java.nio.ByteBuffer;

/** Reads and writes struct kvm_vcpu_events. */
final class VcpuEventsCodec {
    private static final Layout LAYOUT = Layouts.VCPU_EVENTS;

    private final ByteBuffer bytes;

    VcpuEventsCodec(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    VcpuEvents read() {
        return new VcpuEvents(
                new VcpuEvents.ExceptionEvent(
                        flag("exception.injected"),
                        flag("exception.pending"),
                        u8("exception.nr"),
                        flag("exception.has_error_code"),
                        u32("exception.error_code"),
                        flag("exception_has_payload"),
                        bytes.getLong(LAYOUT.offset("exception_payload"))),
                new VcpuEvents.InterruptEvent(
                        flag("interrupt.injected"), u8("interrupt.nr"), flag("interrupt.soft"), u8("interrupt.shadow")),
                new VcpuEvents.NmiEvent(flag("nmi.injected"), flag("nmi.pending"), flag("nmi.masked")),
                new VcpuEvents.SmiEvent(
                        flag("smi.smm"), flag("smi.pending"), flag("smi.smm_inside_nmi"), flag("smi.latched_init")),
                u32("sipi_vector"),
                u32("flags"),
                flag("triple_fault.pending"));
    }

    void write(VcpuEvents events) {
        VcpuEvents.ExceptionEvent exception = events.exception();
        put("exception.injected", exception.injected());
        put("exception.pending", exception.pending());
        put("exception.nr", exception.vector());
        put("exception.has_error_code", exception.hasErrorCode());
        bytes.putInt(LAYOUT.offset("exception.error_code"), exception.errorCode());
        put("exception_has_payload", exception.hasPayload());
        bytes.putLong(LAYOUT.offset("exception_payload"), exception.payload());
        VcpuEvents.InterruptEvent interrupt = events.interrupt();
        put("interrupt.injected", interrupt.injected());
        put("interrupt.nr", interrupt.vector());
        put("interrupt.soft", interrupt.soft());
        put("interrupt.shadow", interrupt.shadow());
        VcpuEvents.NmiEvent nmi = events.nmi();
        put("nmi.injected", nmi.injected());
        put("nmi.pending", nmi.pending());
        put("nmi.masked", nmi.masked());
        VcpuEvents.SmiEvent smi = events.smi();
        put("smi.smm", smi.inSmm());
        put("smi.pending", smi.pending());
        put("smi.smm_inside_nmi", smi.insideNmi());
        put("smi.latched_init", smi.initLatched());
        bytes.putInt(LAYOUT.offset("sipi_vector"), events.startupVector());
        bytes.putInt(LAYOUT.offset("flags"), events.flags());
        put("triple_fault.pending", events.tripleFaultPending());
    }

    private boolean flag(String field) {
        return u8(field) != 0;
    }

    private int u8(String field) {
        return Byte.toUnsignedInt(bytes.get(LAYOUT.offset(field)));
    }

    private int u32(String field) {
        return bytes.getInt(LAYOUT.offset(field));
    }

    private void put(String field, boolean value) {
        put(field, value ? 1 : 0);
    }

    private void put(String field, int value) {
        bytes.put(LAYOUT.offset(field), (byte) value);
    }
}
