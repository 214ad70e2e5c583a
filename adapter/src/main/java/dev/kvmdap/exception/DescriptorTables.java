package dev.kvmdap.exception;

import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.SegmentDescriptor;
import dev.kvmdap.x86.SegmentType;
import java.util.Optional;
import java.util.OptionalLong;

/** The global and the local descriptor table that a processor uses. */
public final class DescriptorTables {

    private static final int LOCAL = 1 << 2;
    private static final int RPL = 3;

    private final ProcessorState state;
    private final AddressSpace memory;

    /** The tables in a certain state. */
    public DescriptorTables(ProcessorState state, AddressSpace memory) {
        this.state = state;
        this.memory = memory;
    }

    /** A selector without its RPL, which is what error codes and {@code isNull} go by. */
    static int index(int selector) {
        return selector & 0xffff & ~RPL;
    }

    static boolean isNull(int selector) {
        return index(selector) == 0;
    }

    /** A descriptor, whatever it says; empty where the selector is null, beyond its table, or the table cannot be read. */
    public Optional<SegmentDescriptor> descriptor(int selector) {
        if (isNull(selector) || !reaches(selector)) {
            return Optional.empty();
        }
        OptionalLong low = memory.number(address(selector), Long.BYTES);
        if (low.isEmpty()) {
            return Optional.empty();
        }
        SegmentDescriptor descriptor = SegmentDescriptor.decode(low.getAsLong());
        if (!descriptor.system() || !state.isIa32e()) {
            return Optional.of(descriptor);
        }
        OptionalLong high = memory.number(address(selector) + Long.BYTES, Long.BYTES);
        return Optional.of(SegmentDescriptor.decode(low.getAsLong(), high.orElse(0)));
    }

    /** Whether the selector's table has an entry of that index. */
    boolean reaches(int selector) {
        return (index(selector) & ~LOCAL) + Long.BYTES - 1 <= limit(selector);
    }

    /** The linear address of a selector's descriptor. */
    public long address(int selector) {
        return base(selector) + (index(selector) & ~LOCAL);
    }

    private long base(int selector) {
        return (selector & LOCAL) != 0 ? state.segment(Register.LDTR).base() : state.get(Register.GDTR);
    }

    private long limit(int selector) {
        return (selector & LOCAL) != 0
                ? (state.segment(Register.LDTR).present()
                        ? state.segment(Register.LDTR).limit()
                        : -1)
                : state.get(Register.GDTR_LIMIT);
    }

    /** What a selector leads to, for people: {@code GDT entry 3 (selector 0x18): code, execute/read, DPL 0}. */
    public String describe(int selector) {
        String entry = "%s entry %d (selector 0x%x)"
                .formatted((selector & LOCAL) != 0 ? "LDT" : "GDT", (selector & 0xffff) >> 3, index(selector));
        if (isNull(selector)) {
            return "the null selector";
        }
        if (!reaches(selector)) {
            return "%s, beyond the table's limit of 0x%x".formatted(entry, limit(selector));
        }
        return descriptor(selector)
                .map(found -> entry + ": " + describe(found))
                .orElseGet(() -> entry + ", which cannot be read at 0x" + Long.toHexString(address(selector)));
    }

    /** What a descriptor is, for people: {@code code, execute/read, DPL 0}. */
    public String describe(SegmentDescriptor descriptor) {
        if (descriptor.encode() == 0) {
            return "empty";
        }
        return "%s, DPL %d%s%s"
                .formatted(
                        SegmentType.term(descriptor.system(), descriptor.type(), state.isIa32e()),
                        descriptor.dpl(),
                        descriptor.longMode() && !descriptor.system() ? ", 64-bit" : "",
                        descriptor.present() ? "" : ", not present");
    }
}
