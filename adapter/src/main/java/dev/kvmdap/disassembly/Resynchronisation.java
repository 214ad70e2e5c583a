package dev.kvmdap.disassembly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Finds the instructions in front of one whose place is known, where nothing says where they begin. Decoding x86 code from a
 * wrong place falls into step with the right instructions within a few bytes; so decoding is begun at every byte, and of the
 * ways that lead to the known place the one that most of them join is taken.
 */
final class Resynchronisation {

    private static final int NONE = -1;

    private final byte[] code;
    private final int from;
    private final int[] joined;
    private final int[] previous;

    /**
     * Decodes from every byte.
     *
     * @param code ends where the known instruction begins
     * @param from the first byte
     */
    Resynchronisation(Disassembler disassembler, byte[] code, int from, int bits) {
        this.code = code;
        this.from = from;
        joined = new int[code.length + 1];
        previous = new int[code.length + 1];
        Arrays.fill(previous, NONE);
        for (int i = from; i < code.length; i++) {
            joined[i]++;
            int length = disassembler.length(code, i, code.length - i, bits);
            if (length > 0) {
                join(i, i + length);
            }
        }
    }

    private void join(int start, int next) {
        if (previous[next] == NONE || joined[start] > joined[previous[next]]) {
            previous[next] = start;
        }
        joined[next] += joined[start];
    }

    /** Where the instructions begin, ascending; the last one ends with the code. Empty where none ends there. */
    List<Integer> starts() {
        List<Integer> starts = new ArrayList<>();
        for (int i = previous[code.length]; i >= from; i = previous[i]) {
            starts.add(i);
        }
        Collections.reverse(starts);
        return starts;
    }
}
