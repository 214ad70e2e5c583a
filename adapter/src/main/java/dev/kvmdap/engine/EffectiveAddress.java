package dev.kvmdap.engine;

import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.disassembly.Operand.Memory;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.x86.RegisterName;
import java.util.List;
import java.util.OptionalLong;

/** Where an operand in memory lies, by a vCPU's registers as they are now (SDM vol. 1, 3.7.5). While the guest stands still. */
final class EffectiveAddress {

    /** The general registers in the order of {@link dev.kvmdap.kvm.Regs}. */
    private static final List<String> GENERAL = List.of(
            "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15");

    private static final List<String> STACK = List.of("bp", "ebp", "rbp", "sp", "esp", "rsp");

    private final Cpu cpu;

    EffectiveAddress(Cpu cpu) {
        this.cpu = cpu;
    }

    /** The linear address; empty where it depends on a register that is none of the general ones. */
    OptionalLong of(DecodedInstruction instruction, Memory memory) {
        if (memory.isRelative()) {
            return OptionalLong.of(inSegment(
                    memory, cpu.codeOffset(instruction.address()) + instruction.length() + memory.displacement()));
        }
        OptionalLong base = register(memory.base());
        OptionalLong index = register(memory.index());
        if (base.isEmpty() || index.isEmpty()) {
            return OptionalLong.empty();
        }
        long offset = base.getAsLong() + index.getAsLong() * memory.scale() + memory.displacement();
        String sized = memory.base().isEmpty() ? memory.index() : memory.base();
        int width = RegisterName.of(sized).map(RegisterName::width).orElse(Long.SIZE);
        return OptionalLong.of(inSegment(memory, width == Long.SIZE ? offset : offset & ((1L << width) - 1)));
    }

    private OptionalLong register(String name) {
        if (name.isEmpty() || name.equals("riz") || name.equals("eiz")) {
            return OptionalLong.of(0);
        }
        return RegisterName.of(name)
                .filter(known -> GENERAL.contains(known.register().term()))
                .map(known -> OptionalLong.of(known.read(
                        cpu.regs().get(GENERAL.indexOf(known.register().term())))))
                .orElse(OptionalLong.empty());
    }

    private long inSegment(Memory memory, long offset) {
        String segment = memory.segment().isEmpty() ? STACK.contains(memory.base()) ? "ss" : "ds" : memory.segment();
        boolean wide = cpu.codeBits() == 64;
        if (wide && !segment.equals("fs") && !segment.equals("gs")) {
            return offset;
        }
        long linear = offset + base(segment);
        return wide ? linear : linear & 0xffff_ffffL;
    }

    private long base(String segment) {
        Sregs sregs = cpu.sregs();
        return switch (segment) {
            case "cs" -> sregs.cs().base();
            case "ss" -> sregs.ss().base();
            case "es" -> sregs.es().base();
            case "fs" -> sregs.fs().base();
            case "gs" -> sregs.gs().base();
            default -> sregs.ds().base();
        };
    }
}
