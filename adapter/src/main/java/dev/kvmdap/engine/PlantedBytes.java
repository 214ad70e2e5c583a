package dev.kvmdap.engine;

import dev.kvmdap.machine.GuestMemory;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The trapping bytes in the guest's memory and what the guest has there, by physical address: however many linear
 * addresses lead to the code, there is one byte. Changed only behind the {@link Turnstile}; any thread may read.
 */
final class PlantedBytes {

    private final GuestMemory memory;

    /** Ascending by address; never changed in place. */
    private volatile Planted[] planted = {};

    /** One byte, lifted while its instruction is being stepped. */
    static final class Planted {
        private final long physical;
        private final byte trap;
        private final Location location;
        private volatile byte original;
        private byte known;

        private Planted(long physical, byte trap, byte original, Location location) {
            this.physical = physical;
            this.trap = trap;
            this.original = original;
            this.known = original;
            this.location = location;
        }

        Location location() {
            return location;
        }

        long physical() {
            return physical;
        }

        byte trap() {
            return trap;
        }

        /** Whether the guest has written another byte since this was last asked. */
        boolean takeRewritten() {
            boolean rewritten = original != known;
            known = original;
            return rewritten;
        }
    }

    PlantedBytes(GuestMemory memory) {
        this.memory = memory;
    }

    boolean isEmpty() {
        return planted.length == 0;
    }

    /** Whether a byte is planted for such a location. */
    boolean any(Predicate<Location> wanted) {
        return Arrays.stream(planted).map(Planted::location).anyMatch(wanted);
    }

    /** The pages on which bytes are planted for such locations. */
    Set<Long> pages(Predicate<Location> wanted) {
        return Arrays.stream(planted)
                .filter(planted -> wanted.test(planted.location))
                .map(planted -> planted.physical & -GuestMemory.PAGE)
                .collect(Collectors.toSet());
    }

    boolean canHold(long physical) {
        return memory.holds(physical, 1);
    }

    Planted plant(long physical, byte trap, Location location) {
        Planted added = new Planted(physical, trap, memory.getByte(physical), location);
        int at = firstFrom(planted, physical);
        Planted[] grown = new Planted[planted.length + 1];
        System.arraycopy(planted, 0, grown, 0, at);
        grown[at] = added;
        System.arraycopy(planted, at, grown, at + 1, planted.length - at);
        planted = grown;
        memory.putByte(physical, trap);
        return added;
    }

    void remove(Planted removed) {
        lift(removed);
        planted = Arrays.stream(planted).filter(there -> !there.equals(removed)).toArray(Planted[]::new);
    }

    @Nullable Planted at(long physical) {
        Planted[] all = planted;
        int at = firstFrom(all, physical);
        return at < all.length && all[at].physical == physical ? all[at] : null;
    }

    /** Puts the guest's own byte back, unless the guest has written something else over ours. */
    void lift(Planted byteThere) {
        if (memory.getByte(byteThere.physical) == byteThere.trap) {
            memory.putByte(byteThere.physical, byteThere.original);
        }
    }

    /** Plants again, over what the guest may have written meanwhile; not one that has been removed while it was lifted. */
    void replant(Planted lifted) {
        if (!lifted.equals(at(lifted.physical))) {
            return;
        }
        lifted.original = memory.getByte(lifted.physical);
        memory.putByte(lifted.physical, lifted.trap);
    }

    /** Plants again where the guest has written over a byte that was not lifted. */
    void replantOverwritten(Planted there) {
        if (memory.getByte(there.physical) != there.trap) {
            replant(there);
        }
    }

    /** Copies the guest's memory with the guest's own bytes: those copied before the first one that is no RAM. */
    int read(long physical, byte[] into, int from, int length) {
        int copied = memory.read(physical, into, from, length);
        hide(physical, into, from, copied);
        return copied;
    }

    /** Shows the guest's own bytes in a copy of its memory that begins at {@code physical}. */
    void hide(long physical, byte[] copy, int from, int length) {
        Planted[] all = planted;
        for (int i = firstFrom(all, physical); i < all.length && all[i].physical - physical < length; i++) {
            int at = from + (int) (all[i].physical - physical);
            if (copy[at] == all[i].trap) {
                copy[at] = all[i].original;
            }
        }
    }

    /** The debugger writes to the guest's memory, below the planted bytes, which stay. */
    void writeBelow(long physical, byte[] bytes, int from, int length) {
        write(physical, bytes, from, length, true);
    }

    /** The guest has its memory written by a device, below the planted bytes, which stay. */
    void storeBelow(long physical, byte[] bytes, int from, int length) {
        write(physical, bytes, from, length, false);
    }

    private void write(long physical, byte[] bytes, int from, int length, boolean byDebugger) {
        Planted[] all = planted;
        int first = firstFrom(all, physical);
        if (first == all.length || all[first].physical - physical >= length) {
            memory.write(physical, bytes, from, length);
            return;
        }
        byte[] written = Arrays.copyOfRange(bytes, from, from + length);
        for (int i = first; i < all.length && all[i].physical - physical < length; i++) {
            int at = (int) (all[i].physical - physical);
            if (memory.getByte(all[i].physical) == all[i].trap) {
                all[i].original = written[at];
                all[i].known = byDebugger ? written[at] : all[i].known;
                written[at] = all[i].trap;
            }
        }
        memory.write(physical, written, 0, length);
    }

    /** The number of 1 to 8 bytes that the guest has in its memory. Allocates nothing. */
    long load(long physical, int bytes) {
        long value = memory.get(physical, bytes);
        Planted[] all = planted;
        for (int i = firstFrom(all, physical); i < all.length && all[i].physical - physical < bytes; i++) {
            int shift = Byte.SIZE * (int) (all[i].physical - physical);
            if ((byte) (value >>> shift) == all[i].trap) {
                value = (value & ~(0xffL << shift)) | (all[i].original & 0xffL) << shift;
            }
        }
        return value;
    }

    /** The guest writes a number to its memory, below the planted bytes. Allocates nothing. */
    void store(long physical, long value, int bytes) {
        long written = value;
        Planted[] all = planted;
        for (int i = firstFrom(all, physical); i < all.length && all[i].physical - physical < bytes; i++) {
            int shift = Byte.SIZE * (int) (all[i].physical - physical);
            if (memory.getByte(all[i].physical) == all[i].trap) {
                all[i].original = (byte) (value >>> shift);
                written = (written & ~(0xffL << shift)) | (all[i].trap & 0xffL) << shift;
            }
        }
        memory.put(physical, written, bytes);
    }

    /** The index of the first one at an address or above it. */
    private static int firstFrom(Planted[] all, long physical) {
        int low = 0;
        int high = all.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all[middle].physical < physical) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
