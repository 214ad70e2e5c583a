package dev.kvmdap.bios;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keys that somebody outside types for the guest's BIOS. Any thread may type; a vCPU thread takes them. */
public final class Typing {

    private final Queue<Integer> keys = new ConcurrentLinkedQueue<>();

    /** Types the keys of a text of ASCII characters; a line end is the key Enter. Other characters are left out. */
    public void type(String text) {
        text.chars()
                .map(character -> character == '\n' ? '\r' : character)
                .mapToObj(ScanCodes::keyOf)
                .flatMap(Optional::stream)
                .forEach(keys::add);
    }

    boolean hasNext() {
        return !keys.isEmpty();
    }

    /** The next key: its scan code in the high byte, its character in the low one; 0 where there is none. */
    int next() {
        Integer key = keys.poll();
        return key == null ? 0 : key;
    }
}
