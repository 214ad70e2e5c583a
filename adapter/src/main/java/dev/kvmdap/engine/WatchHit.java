package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import java.util.Arrays;
import java.util.Optional;

/**
 * An access to watched memory.
 *
 * @param watchpoint whose memory it was
 * @param before its bytes at the guest's last stop or at the last access
 * @param after its bytes now
 * @param instruction linear address of the instruction that did it, where the run loop knows it: RIP is past it by now
 */
public record WatchHit(Watchpoint watchpoint, byte[] before, byte[] after, Optional<GuestVirtual> instruction) {

    /** Whether the value is another one than before. */
    public boolean changed() {
        return !Arrays.equals(before, after);
    }
}
