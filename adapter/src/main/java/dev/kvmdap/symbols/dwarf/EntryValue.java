package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ElfException;
import org.jspecify.annotations.Nullable;

/**
 * What a parameter was when its function was entered, as the call that led there tells it (DWARF 5, 3.4.2). Which call it
 * was, only the frame's return address says: what a call site tells is read at the first evaluation in a frame that it has
 * called, and kept.
 */
final class EntryValue extends Term {

    private static final int KEPT_AT_MOST = 64;

    private final SymbolicFrame frame;
    private final CallSite.Parameter parameter;
    private final Term returnAddress;
    private volatile @Nullable Known known;

    /** What one call site tells; a reason instead where it tells nothing. */
    private record Known(
            long returnAddress,
            @Nullable CallSite site,
            @Nullable Term value,
            String reason,
            int count,
            @Nullable Known next) {}

    EntryValue(StackType type, SymbolicFrame frame, CallSite.Parameter parameter) {
        super(type);
        this.frame = frame;
        this.parameter = parameter;
        this.returnAddress = frame.returnAddress();
    }

    @Override
    public long evaluate(FrameState state) {
        long caller = returnAddress.evaluate(state);
        Known found = known;
        while (found != null && found.returnAddress != caller) {
            found = found.next;
        }
        if (found == null) {
            found = learn(caller);
        }
        if (found.site == null || found.value == null) {
            throw new NoValueException(found.reason);
        }
        found.site.requireTarget(state);
        return type().decode(found.value.type().encode(found.value.evaluate(state)));
    }

    private Known learn(long caller) {
        synchronized (frame.file()) {
            Known before = known == null || known.count == KEPT_AT_MOST ? null : known;
            int count = before == null ? 1 : before.count + 1;
            Known learnt;
            try {
                CallSite site = CallSite.before(frame, caller - frame.offset());
                learnt = new Known(caller, site, site.value(parameter), "", count, before);
            } catch (MissingException missing) {
                learnt = new Known(caller, null, null, missing.reason(), count, before);
            } catch (ElfException damaged) {
                learnt = new Known(caller, null, null, "cannot be found: " + damaged.getMessage(), count, before);
            }
            known = learnt;
            return learnt;
        }
    }
}
