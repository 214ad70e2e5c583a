package dev.kvmdap.disassembly;

import dev.kvmdap.disassembly.Operand.Memory;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes an instruction with what its addresses mean: {@code call 0x1006b3 <serial_init>},
 * {@code lea rdi,[rip+0x10]  # 0x101000 <greeting>}.
 */
public final class AnnotatedText {

    private final CodeSegment segment;
    private final OperandContext context;

    /** Writes instructions of a code segment. */
    public AnnotatedText(CodeSegment segment, OperandContext context) {
        this.segment = segment;
        this.context = context;
    }

    /** The text of an instruction. */
    public String of(DecodedInstruction instruction, Syntax syntax) {
        String text = instruction.text(syntax);
        OptionalLong target = instruction.target();
        if (target.isPresent()) {
            return text + symbol(target.getAsLong());
        }
        OptionalLong address = fixedAddress(instruction);
        if (address.isEmpty()) {
            return text;
        }
        String symbol = symbol(address.getAsLong());
        boolean tells = !symbol.isEmpty()
                || instruction.memory().filter(Memory::isRelative).isPresent();
        return tells ? text + "  # " + OperandText.hex(address.getAsLong()) + symbol : text;
    }

    private String symbol(long linear) {
        return context.symbol(linear).map(name -> " <" + name + ">").orElse("");
    }

    /** The linear address of the memory that an instruction names, where no general register is part of it. */
    private OptionalLong fixedAddress(DecodedInstruction instruction) {
        Optional<Memory> found = instruction.memory();
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        Memory memory = found.get();
        if (!memory.index().isEmpty() || !(memory.isAbsolute() || memory.isRelative())) {
            return OptionalLong.empty();
        }
        long offset = memory.isAbsolute()
                ? memory.displacement()
                : instruction.address() + instruction.length() + memory.displacement();
        String register = memory.segment().isEmpty() ? "ds" : memory.segment();
        boolean flat = segment.bits() == 64 && !register.equals("fs") && !register.equals("gs");
        return OptionalLong.of(flat ? offset : segment.plus(context.segmentBase(register), offset));
    }
}
