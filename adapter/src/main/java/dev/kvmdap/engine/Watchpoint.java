package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import org.jspecify.annotations.Nullable;

/** A stretch of memory at whose access the user wants the guest to stop. Made by {@link Engine#addWatchpoint}. */
public final class Watchpoint {

    private final int id;
    private final GuestVirtual address;
    private final int length;
    private final WatchAccess access;
    private final @Nullable Condition condition;
    private final String name;
    private final @Nullable FrameScope scope;
    private volatile boolean ended;
    private volatile boolean endNoticed = true;
    private volatile Watching watching = new Watching.Failed("not set yet");

    Watchpoint(
            int id,
            GuestVirtual address,
            int length,
            WatchAccess access,
            @Nullable Condition condition,
            String name,
            @Nullable FrameScope scope) {
        this.id = id;
        this.address = address;
        this.length = length;
        this.access = access;
        this.condition = condition;
        this.name = name;
        this.scope = scope;
    }

    /** The engine's number of it, from 1, never used twice; breakpoints are numbered with it. */
    public int id() {
        return id;
    }

    /** Linear address of its first byte. */
    public GuestVirtual address() {
        return address;
    }

    /** In bytes. */
    public int length() {
        return length;
    }

    /** Which accesses count. */
    public WatchAccess access() {
        return access;
    }

    /** When it stops; null for always. */
    public @Nullable Condition condition() {
        return condition;
    }

    /** What people call its memory: a variable's name, or the address. */
    public String name() {
        return name;
    }

    /** The activation that its memory belongs to; null where it exists always. */
    @Nullable FrameScope scope() {
        return scope;
    }

    /** Whether the activation that its memory belongs to has ended: it notices nothing more and should be removed. */
    public boolean hasEnded() {
        return ended;
    }

    /** Its activation has ended: whether that is new. */
    boolean endAt(Cpu cpu) {
        boolean left = !ended && scope != null && scope.isLeft(cpu.stackPointer());
        ended |= left;
        return left;
    }

    void end() {
        ended = true;
    }

    /** Whether the end of that activation is noticed when it comes; where not, at the next access or stop. */
    public boolean endIsNoticed() {
        return endNoticed;
    }

    void endIsNoticed(boolean noticed) {
        endNoticed = noticed;
    }

    /** By what means, or why by none. */
    public Watching watching() {
        return watching;
    }

    void watching(Watching means) {
        watching = means;
    }

    @Override
    public String toString() {
        return "watchpoint " + id + " at " + address + ", " + length + " bytes";
    }
}
