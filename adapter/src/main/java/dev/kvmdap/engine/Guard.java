package dev.kvmdap.engine;

import dev.kvmdap.machine.GuestMemory;
import java.util.function.Consumer;

/** Bytes of the guest's memory whose change someone wants to hear of. Set by {@link GuardedMemory#add}. */
final class Guard {

    private final long physical;
    private final int length;
    private final boolean trap;
    private final Consumer<Cpu> written;

    /**
     * A guard, not set yet.
     *
     * @param physical guest-physical address of the first byte
     * @param length in bytes; all on one page
     * @param trap whether writes to the page may leave KVM. A page on which a stack may lie, or data that several vCPUs lock,
     *     must not: instructions that write more than once are not carried out rightly there, and locked ones not at once. The
     *     bytes of other guards are compared instead, at each stop and some times a second
     * @param written hears that the bytes were written or have changed; behind the {@link Turnstile}, with a vCPU to read by
     */
    Guard(long physical, int length, boolean trap, Consumer<Cpu> written) {
        if (length < 1 || (physical & (GuestMemory.PAGE - 1)) + length > GuestMemory.PAGE) {
            throw new IllegalArgumentException(
                    length + " bytes at 0x" + Long.toHexString(physical) + ": not on one page");
        }
        this.physical = physical;
        this.length = length;
        this.trap = trap;
        this.written = written;
    }

    long physical() {
        return physical;
    }

    int length() {
        return length;
    }

    long page() {
        return physical & -GuestMemory.PAGE;
    }

    boolean mayTrap() {
        return trap;
    }

    void tell(Cpu cpu) {
        written.accept(cpu);
    }

    boolean overlaps(long address, int size) {
        return address < physical + length && physical < address + size;
    }
}
