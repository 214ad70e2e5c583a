package dev.kvmdap.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Numbers by which the client names things that live as long as one stop: frames, and variables with children. A number is
 * not given out again for a long time, so that one kept from an earlier stop is recognised as such.
 *
 * @param <T> the things
 */
public final class Handles<T> {

    /** DAP: identifiers lie in (0, 2^31 - 1]. */
    private static final int LARGEST = Integer.MAX_VALUE;

    /** No stop needs more; a walk begins anew where fewer are left. */
    private static final int RESERVE = 1 << 24;

    private final List<T> things = new ArrayList<>();
    private int first = 1;

    /** A number for a thing, from 1 to 2^31 - 1. */
    public int add(T thing) {
        things.add(thing);
        return first + things.size() - 1;
    }

    /** The thing of that number; empty where it belongs to an earlier stop or was never given out. */
    public Optional<T> get(int number) {
        int index = number - first;
        return index >= 0 && index < things.size() ? Optional.of(things.get(index)) : Optional.empty();
    }

    /** The guest runs again: all numbers lose their meaning. */
    public void clear() {
        int next = first + things.size();
        first = next > LARGEST - RESERVE || next < 0 ? 1 : next;
        things.clear();
    }
}
