package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** An access to watched memory. */
public final class WatchHit {

    private final Watchpoint watchpoint;
    private final byte[] before;
    private final byte[] after;
    private final Optional<GuestVirtual> instruction;

    WatchHit(Watchpoint watchpoint, byte[] before, byte[] after, Optional<GuestVirtual> instruction) {
        this.watchpoint = watchpoint;
        this.before = before;
        this.after = after;
        this.instruction = instruction;
    }

    /** The same access, of which the instruction has been found out. */
    WatchHit by(GuestVirtual found) {
        return new WatchHit(watchpoint, before, after, Optional.of(found));
    }

    /** Whose memory it was. */
    public Watchpoint watchpoint() {
        return watchpoint;
    }

    /** Its bytes when the guest last went on, or at the last access. */
    public byte[] before() {
        return before.clone();
    }

    /** Its bytes now. */
    public byte[] after() {
        return after.clone();
    }

    /** Linear address of the instruction that did it, where it is known: RIP is past it by now. */
    public Optional<GuestVirtual> instruction() {
        return instruction;
    }

    /** Whether the value is another one than before. */
    public boolean changed() {
        return !Arrays.equals(before, after);
    }

    @Override
    public String toString() {
        return watchpoint + ": " + HexFormat.of().formatHex(before) + " -> "
                + HexFormat.of().formatHex(after);
    }
}
