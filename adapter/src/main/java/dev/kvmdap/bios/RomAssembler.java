package dev.kvmdap.bios;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Puts 16-bit code together, instruction by instruction, and keeps account of the stack: for each instruction it is known how far
 * above the stack pointer the frame of the interrupt lies that has called the code.
 */
final class RomAssembler {

    /** What an interrupt pushes in real mode: IP, CS and FLAGS. */
    static final int INTERRUPT_FRAME_BYTES = 6;

    private final int origin;
    private final ByteArrayOutputStream code = new ByteArrayOutputStream();
    private final List<Label> labels = new ArrayList<>();
    private final Map<String, Integer> addresses = new HashMap<>();
    private final List<Jump> jumps = new ArrayList<>();
    private final List<Depth> depths = new ArrayList<>();
    private int depth;

    /** A routine, by the offset of its first instruction in the code segment. */
    record Label(String name, int offset) {}

    /** From an offset on: the bytes from the stack pointer to behind the interrupt's frame. */
    record Depth(int offset, int bytes) {}

    /** A displacement of one or two bytes that is still to be filled in. */
    private record Jump(int at, int bytes, String target) {}

    /** @param origin the offset of the first instruction in the code segment */
    RomAssembler(int origin) {
        this.origin = origin;
    }

    /** The offset of the next instruction. */
    int here() {
        return origin + code.size();
    }

    /** Begins a routine that an interrupt calls. */
    RomAssembler routine(String name) {
        return routine(name, INTERRUPT_FRAME_BYTES);
    }

    /** Begins a routine that is jumped to with a stack of a depth. */
    RomAssembler routine(String name, int bytes) {
        labels.add(new Label(name, here()));
        label(name);
        setDepth(bytes);
        return this;
    }

    /** Names a place to jump to. */
    RomAssembler label(String name) {
        addresses.put(name, here());
        return this;
    }

    /** An instruction that leaves the stack pointer where it is. */
    RomAssembler code(int... bytes) {
        for (int next : bytes) {
            code.write(next);
        }
        return this;
    }

    /** An instruction that pushes some bytes, or pops them where their number is negative. */
    RomAssembler push(int bytes, int... instruction) {
        code(instruction);
        setDepth(depth + bytes);
        return this;
    }

    /** An instruction with a displacement of one byte behind its opcode. */
    RomAssembler jumpShort(int opcode, String target) {
        code(opcode);
        jumps.add(new Jump(code.size(), 1, target));
        return code(0);
    }

    /** An instruction with a displacement of two bytes behind its opcode. */
    RomAssembler jump(int opcode, String target) {
        code(opcode);
        jumps.add(new Jump(code.size(), 2, target));
        return code(0, 0);
    }

    /** What follows is jumped to with a stack of a depth. */
    RomAssembler depth(int bytes) {
        setDepth(bytes);
        return this;
    }

    /** The bytes from the stack pointer to behind the interrupt's frame, before the next instruction. */
    int stackDepth() {
        return depth;
    }

    private void setDepth(int bytes) {
        depth = bytes;
        depths.add(new Depth(here(), bytes));
    }

    /** The offset of a label. */
    int offset(String label) {
        return Objects.requireNonNull(addresses.get(label), label);
    }

    List<Label> labels() {
        return labels;
    }

    List<Depth> depths() {
        return depths;
    }

    /** The code. */
    byte[] assemble() {
        byte[] assembled = code.toByteArray();
        for (Jump jump : jumps) {
            int displacement = offset(jump.target()) - (origin + jump.at() + jump.bytes());
            if (jump.bytes() == 1 && displacement != (byte) displacement) {
                throw new IllegalStateException(jump.target() + " is too far away for a short jump");
            }
            assembled[jump.at()] = (byte) displacement;
            if (jump.bytes() == 2) {
                assembled[jump.at() + 1] = (byte) (displacement >> Byte.SIZE);
            }
        }
        return assembled;
    }
}
