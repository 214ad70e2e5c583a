package dev.kvmdap.engine;

import dev.kvmdap.machine.GuestMemory;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The trapping bytes in the guest's memory and what stood there before, by physical address: however many linear
 * addresses lead to the code, there is one byte. Changed only behind the {@link Turnstile}.
 */
final class PlantedBytes {

    private final GuestMemory memory;
    private long[] addresses = {};
    private Planted[] planted = {};

    /** One byte, lifted while its instruction is being stepped. */
    static final class Planted {
        private final long physical;
        private final byte trap;
        private final Location location;
        private byte original;

        private Planted(long physical, byte trap, byte original, Location location) {
            this.physical = physical;
            this.trap = trap;
            this.original = original;
            this.location = location;
        }

        Location location() {
            return location;
        }

        byte trap() {
            return trap;
        }
    }

    PlantedBytes(GuestMemory memory) {
        this.memory = memory;
    }

    boolean isEmpty() {
        return addresses.length == 0;
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
        int at = -Arrays.binarySearch(addresses, physical) - 1;
        long[] grownAddresses = new long[addresses.length + 1];
        Planted[] grown = new Planted[planted.length + 1];
        System.arraycopy(addresses, 0, grownAddresses, 0, at);
        System.arraycopy(planted, 0, grown, 0, at);
        grownAddresses[at] = physical;
        grown[at] = added;
        System.arraycopy(addresses, at, grownAddresses, at + 1, addresses.length - at);
        System.arraycopy(planted, at, grown, at + 1, planted.length - at);
        addresses = grownAddresses;
        planted = grown;
        memory.putByte(physical, trap);
        return added;
    }

    void remove(Planted removed) {
        lift(removed);
        int at = Arrays.binarySearch(addresses, removed.physical);
        long[] shrunkAddresses = new long[addresses.length - 1];
        Planted[] shrunk = new Planted[planted.length - 1];
        System.arraycopy(addresses, 0, shrunkAddresses, 0, at);
        System.arraycopy(planted, 0, shrunk, 0, at);
        System.arraycopy(addresses, at + 1, shrunkAddresses, at, shrunkAddresses.length - at);
        System.arraycopy(planted, at + 1, shrunk, at, shrunk.length - at);
        addresses = shrunkAddresses;
        planted = shrunk;
    }

    @Nullable Planted at(long physical) {
        int at = Arrays.binarySearch(addresses, physical);
        return at < 0 ? null : planted[at];
    }

    /** Puts the guest's own byte back, unless the guest has written something else over ours. */
    void lift(Planted byteThere) {
        if (memory.getByte(byteThere.physical) == byteThere.trap) {
            memory.putByte(byteThere.physical, byteThere.original);
        }
    }

    /** Plants again, over what the guest may have written meanwhile; not one that has been removed while it was lifted. */
    void replant(Planted lifted) {
        if (at(lifted.physical) != lifted) {
            return;
        }
        lifted.original = memory.getByte(lifted.physical);
        memory.putByte(lifted.physical, lifted.trap);
    }

    /** Shows the guest's own bytes in a copy of its memory that begins at {@code physical}. */
    void hide(long physical, byte[] copy, int from, int length) {
        for (int i = firstFrom(physical); i < addresses.length && addresses[i] - physical < length; i++) {
            if (copy[from + (int) (addresses[i] - physical)] == planted[i].trap) {
                copy[from + (int) (addresses[i] - physical)] = planted[i].original;
            }
        }
    }

    /** Writes to the guest's memory below the planted bytes, which stay. */
    void writeBelow(long physical, byte[] bytes, int from, int length) {
        byte[] written = Arrays.copyOfRange(bytes, from, from + length);
        for (int i = firstFrom(physical); i < addresses.length && addresses[i] - physical < length; i++) {
            int at = (int) (addresses[i] - physical);
            if (memory.getByte(addresses[i]) == planted[i].trap) {
                planted[i].original = written[at];
                written[at] = planted[i].trap;
            }
        }
        memory.write(physical, written, 0, length);
    }

    private int firstFrom(long physical) {
        int at = Arrays.binarySearch(addresses, physical);
        return at < 0 ? -at - 1 : at;
    }
}
