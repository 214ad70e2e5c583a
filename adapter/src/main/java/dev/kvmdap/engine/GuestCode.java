package dev.kvmdap.engine;

import dev.kvmdap.disassembly.AnnotatedText;
import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.disassembly.Disassembler;
import dev.kvmdap.disassembly.InstructionStream;
import dev.kvmdap.disassembly.OperandContext;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.symbols.SourceLine;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.CpuMode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The guest's instructions as a vCPU would carry them out: in the width that its CS selects, by its page tables, without
 * planted bytes. For one stop, while the guest stands still; on the session thread.
 */
public final class GuestCode {

    private final DebuggerMemory memory;
    private final Symbols symbols;
    private final InstructionStream stream;
    private final AnnotatedText annotated;

    /** The code that a vCPU sees. */
    public GuestCode(Cpu cpu, Symbols symbols) {
        this(cpu, symbols, segment(cpu));
    }

    /** The code that a vCPU would see with another CS. */
    public GuestCode(Cpu cpu, Symbols symbols, CodeSegment segment) {
        this.memory = cpu.memory();
        this.symbols = symbols;
        this.stream = new InstructionStream(new Disassembler(), memory::read, this::knownStart, segment);
        this.annotated = new AnnotatedText(segment, new Addresses(cpu));
    }

    private static CodeSegment segment(Cpu cpu) {
        return new CodeSegment(cpu.mode() == CpuMode.LONG ? 0 : cpu.sregs().cs().base(), cpu.codeBits());
    }

    /** A row of a line table begins with an instruction, and so does a function. */
    private OptionalLong knownStart(long linear) {
        Optional<SourceLine> line = symbols.lineAt(linear);
        return line.isPresent()
                ? OptionalLong.of(line.get().low())
                : symbols.functionAt(linear)
                        .map(function -> OptionalLong.of(function.low()))
                        .orElse(OptionalLong.empty());
    }

    /**
     * Exactly {@code count} instructions; the one at {@code linear} is number {@code -offset} of them.
     *
     * @param offset of the first one, in instructions
     */
    public List<DecodedInstruction> around(long linear, int offset, int count) {
        return stream.around(linear, offset, count);
    }

    /**
     * The instruction that ends where another one begins: what was carried out last, where no branch led there; empty where
     * none ends there.
     */
    public Optional<DecodedInstruction> previous(long linear) {
        return stream.previous(linear);
    }

    /** An instruction's text, with symbols. */
    public String annotated(DecodedInstruction instruction, Syntax syntax) {
        return annotated.of(instruction, syntax);
    }

    /** An instruction's bytes. */
    public byte[] bytes(DecodedInstruction instruction) {
        byte[] bytes = new byte[instruction.length()];
        memory.read(instruction.address(), bytes, 0, bytes.length);
        return bytes;
    }

    /** What the addresses in operands mean on a vCPU. */
    private final class Addresses implements OperandContext {

        private final Cpu cpu;

        Addresses(Cpu cpu) {
            this.cpu = cpu;
        }

        @Override
        public Optional<String> symbol(long linear) {
            return symbols.functionAt(linear).map(function -> symbols.describe(linear));
        }

        @Override
        public long segmentBase(String register) {
            Sregs sregs = cpu.sregs();
            return switch (register) {
                case "cs" -> sregs.cs().base();
                case "ss" -> sregs.ss().base();
                case "es" -> sregs.es().base();
                case "fs" -> sregs.fs().base();
                case "gs" -> sregs.gs().base();
                default -> sregs.ds().base();
            };
        }
    }
}
