package dev.kvmdap.disassembly;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The instructions around a place, forwards and backwards. It reads memory in pieces and keeps them, so it is made anew for
 * each stop. One thread uses it.
 */
public final class InstructionStream {

    /** What is read at once, and the farthest that a known start may lie below what is looked for. */
    private static final int PIECE = 4096;

    private final Disassembler disassembler;
    private final CodeMemory memory;
    private final KnownStarts starts;
    private final CodeSegment segment;

    private final byte[] piece = new byte[PIECE];
    private long pieceStart;
    private int pieceLength;

    /** The instructions of a code segment. */
    public InstructionStream(Disassembler disassembler, CodeMemory memory, KnownStarts starts, CodeSegment segment) {
        this.disassembler = disassembler;
        this.memory = memory;
        this.starts = starts;
        this.segment = segment;
    }

    /**
     * Exactly {@code count} instructions, of which number {@code -offset} begins at {@code linear}. Bytes that are no
     * instruction or cannot be read count one each.
     *
     * @param linear where an instruction begins
     * @param offset of the first one from there, in instructions
     */
    public List<DecodedInstruction> around(long linear, int offset, int count) {
        List<DecodedInstruction> found = new ArrayList<>(count);
        int before = Math.max(0, -offset);
        if (before > 0 && count > 0) {
            List<DecodedInstruction> preceding = before(linear, before);
            found.addAll(preceding.subList(0, Math.min(before, count)));
        }
        int skipped = Math.max(0, offset);
        long next = linear;
        while (found.size() < count) {
            DecodedInstruction instruction = forward(next, next == linear);
            next = segment.plus(next, instruction.length());
            if (skipped > 0) {
                skipped--;
            } else {
                found.add(instruction);
            }
        }
        return found;
    }

    /** The instruction that ends where another one begins, on the straight path; empty where there is none. */
    public Optional<DecodedInstruction> previous(long linear) {
        List<DecodedInstruction> run = runBefore(linear, 1);
        return Optional.of(run.get(run.size() - 1)).filter(DecodedInstruction::isValid);
    }

    /** The instruction at an address; a known start inside of it makes it data, unless it is said to be an instruction. */
    private DecodedInstruction forward(long linear, boolean certain) {
        DecodedInstruction instruction = decode(linear);
        if (certain || instruction.length() == 1) {
            return instruction;
        }
        OptionalLong start = starts.atOrBelow(segment.plus(linear, instruction.length() - 1));
        boolean overlapped = start.isPresent() && Long.compareUnsigned(start.getAsLong(), linear) > 0;
        return overlapped ? DecodedInstruction.invalid(linear) : instruction;
    }

    private DecodedInstruction decode(long linear) {
        long distance = linear - pieceStart;
        if (distance < 0 || distance > pieceLength - Disassembler.MOST_BYTES) {
            pieceLength = memory.read(linear, piece, 0, PIECE);
            pieceStart = linear;
            distance = 0;
        }
        return distance >= pieceLength
                ? DecodedInstruction.unreadable(linear)
                : disassembler.decode(piece, (int) distance, pieceLength - (int) distance, linear, segment);
    }

    private List<DecodedInstruction> before(long linear, int count) {
        List<DecodedInstruction> reversed = new ArrayList<>(count);
        long end = linear;
        while (reversed.size() < count) {
            List<DecodedInstruction> run = runBefore(end, count - reversed.size());
            for (int i = run.size() - 1; i >= 0 && reversed.size() < count; i--) {
                reversed.add(run.get(i));
            }
            end = run.get(0).address();
        }
        Collections.reverse(reversed);
        return reversed;
    }

    /** Some instructions, at least one, each ending where the next one begins, the last one at {@code end}. */
    private List<DecodedInstruction> runBefore(long end, int wanted) {
        OptionalLong start = starts.atOrBelow(segment.plus(end, -1));
        long farthest = PIECE;
        if (start.isPresent()) {
            long distance = segment.plus(end, -start.getAsLong());
            if (distance > 0 && distance <= PIECE) {
                List<DecodedInstruction> run = runBetween(start.getAsLong(), end);
                if (!run.isEmpty()) {
                    return run;
                }
                farthest = distance;
            }
        }
        return resynchronise(end, (int) Math.min(farthest, (wanted + 4L) * Disassembler.MOST_BYTES));
    }

    /** The instructions from a known start to an end; empty where none ends there or something else comes between. */
    private List<DecodedInstruction> runBetween(long start, long end) {
        List<DecodedInstruction> run = new ArrayList<>();
        long next = start;
        while (next != end) {
            DecodedInstruction instruction = decode(next);
            if (!instruction.isValid() || instruction.length() > segment.plus(end, -next)) {
                return List.of();
            }
            run.add(instruction);
            next = segment.plus(next, instruction.length());
        }
        return run;
    }

    private List<DecodedInstruction> resynchronise(long end, int farthest) {
        byte[] code = new byte[farthest];
        int readable = readBackwards(end, code);
        if (readable == 0) {
            return List.of(DecodedInstruction.unreadable(segment.plus(end, -1)));
        }
        int from = farthest - readable;
        List<DecodedInstruction> run = new ArrayList<>();
        for (int index : new Resynchronisation(disassembler, code, from, segment.bits()).starts()) {
            run.add(disassembler.decode(code, index, farthest - index, segment.plus(end, index - farthest), segment));
        }
        return run.isEmpty() ? List.of(DecodedInstruction.invalid(segment.plus(end, -1))) : run;
    }

    /** Fills an array's end with the bytes below an address: how many there are above the nearest hole. */
    private int readBackwards(long end, byte[] into) {
        int done = 0;
        while (done < into.length) {
            long last = segment.plus(end, -done - 1);
            int length = (int) Math.min(into.length - done, (last & (PIECE - 1)) + 1);
            int from = into.length - done - length;
            if (memory.read(segment.plus(last, 1 - length), into, from, length) < length) {
                break;
            }
            done += length;
        }
        return done;
    }
}
