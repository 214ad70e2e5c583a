package dev.kvmdap.engine;

import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.disassembly.DecodedInstruction.Kind;
import dev.kvmdap.symbols.AddressRange;
import dev.kvmdap.symbols.Symbols;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the calls that a vCPU can still come to before it leaves its source line. While the guest stands still. */
public final class CallSites {

    /** A line of more code than this is no line. */
    private static final long MOST_BYTES = 1 << 16;

    private static final int AT_ONCE = 32;

    private final GuestCode code;
    private final Symbols symbols;

    /** Looks for calls in the code that a vCPU sees. */
    public CallSites(GuestCode code, Symbols symbols) {
        this.code = code;
        this.symbols = symbols;
    }

    /**
     * The instructions that call, by address: those of the line from {@code pc} on, and those before it that a jump leads back
     * to, as in a loop. Where no line is known, the instruction at {@code pc}, if it calls.
     *
     * @param pc linear address of the next instruction
     */
    public List<DecodedInstruction> ahead(long pc) {
        List<AddressRange> ranges = symbols.lineRanges(pc);
        if (ranges.isEmpty()) {
            return calls(code.around(pc, 0, 1), pc);
        }
        List<DecodedInstruction> calls = new ArrayList<>();
        for (AddressRange range : ranges) {
            List<DecodedInstruction> instructions = decode(range);
            calls.addAll(calls(instructions, range.contains(pc) ? first(instructions, pc) : pc));
        }
        calls.sort(Comparator.comparing(DecodedInstruction::address, Long::compareUnsigned));
        return calls;
    }

    private static List<DecodedInstruction> calls(List<DecodedInstruction> instructions, long from) {
        return instructions.stream()
                .filter(instruction -> instruction.kind() == Kind.CALL)
                .filter(instruction -> Long.compareUnsigned(instruction.address(), from) >= 0)
                .toList();
    }

    private List<DecodedInstruction> decode(AddressRange range) {
        List<DecodedInstruction> instructions = new ArrayList<>();
        long high = Math.min(range.high() - range.low(), MOST_BYTES) + range.low();
        long next = range.low();
        while (Long.compareUnsigned(next, high) < 0) {
            for (DecodedInstruction instruction : code.around(next, 0, AT_ONCE)) {
                next = instruction.address() + instruction.length();
                if (Long.compareUnsigned(next, high) <= 0) {
                    instructions.add(instruction);
                }
            }
        }
        return instructions;
    }

    /** The smallest address that can be reached from a place without leaving these instructions, one jump back at most. */
    private static long first(List<DecodedInstruction> instructions, long pc) {
        long first = pc;
        for (DecodedInstruction instruction : instructions) {
            boolean ahead = Long.compareUnsigned(instruction.address(), pc) >= 0;
            if (ahead && instruction.kind() == Kind.JUMP && instruction.target().isPresent()) {
                long target = instruction.target().getAsLong();
                boolean within = instructions.stream().anyMatch(other -> other.address() == target);
                first = within && Long.compareUnsigned(target, first) < 0 ? target : first;
            }
        }
        return first;
    }
}
