package dev.kvmdap.disassembly;

import dev.kvmdap.disassembly.Operand.Memory;
import dev.kvmdap.disassembly.Operand.Target;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An instruction, or a byte that is none.
 *
 * @param address the linear address of its first byte
 * @param length in bytes, 1 to 15
 * @param kind where it leads
 * @param prefixes those that the mnemonic and the operands do not show, such as {@code lock}
 * @param names its mnemonic in each syntax
 * @param operands the destination first, as in Intel's syntax
 */
public record DecodedInstruction(
        long address, int length, Kind kind, List<String> prefixes, Names names, List<Operand> operands) {

    /** Where an instruction leads. */
    public enum Kind {
        /** To the next one. */
        PLAIN,
        /** Elsewhere, perhaps on a condition. */
        JUMP,
        /** Elsewhere, and back. */
        CALL,
        /** Back. */
        RETURN,
        /** Nowhere: the byte begins no instruction. */
        INVALID,
        /** Nowhere: the byte cannot be read. */
        UNREADABLE
    }

    /**
     * A mnemonic.
     *
     * @param intel as Intel's manuals and syntax have it
     * @param att the same with the size suffix that AT&amp;T's syntax wants
     */
    public record Names(String intel, String att) {}

    private static final Names BAD = new Names("(bad)", "(bad)");
    private static final Names UNKNOWN = new Names("??", "??");

    /** A byte that begins no instruction. */
    static DecodedInstruction invalid(long address) {
        return new DecodedInstruction(address, 1, Kind.INVALID, List.of(), BAD, List.of());
    }

    /** A byte that cannot be read. */
    static DecodedInstruction unreadable(long address) {
        return new DecodedInstruction(address, 1, Kind.UNREADABLE, List.of(), UNKNOWN, List.of());
    }

    /** Whether it is an instruction. */
    public boolean isValid() {
        return kind != Kind.INVALID && kind != Kind.UNREADABLE;
    }

    /** Whether its bytes can be read, whatever they are. */
    public boolean isReadable() {
        return kind != Kind.UNREADABLE;
    }

    /** The mnemonic. */
    public String mnemonic(Syntax syntax) {
        return syntax == Syntax.INTEL ? names.intel() : names.att();
    }

    /** The linear address that a relative branch leads to. */
    public OptionalLong target() {
        return operands.size() == 1 && operands.get(0) instanceof Target target
                ? OptionalLong.of(target.linear())
                : OptionalLong.empty();
    }

    /** The memory that it names; string instructions that name two give the first. */
    public Optional<Memory> memory() {
        return operands.stream()
                .filter(Memory.class::isInstance)
                .map(Memory.class::cast)
                .findFirst();
    }

    /** The whole instruction without symbols: {@code lock inc DWORD PTR [rax]}. */
    public String text(Syntax syntax) {
        StringBuilder text = new StringBuilder();
        prefixes.forEach(prefix -> text.append(prefix).append(' '));
        text.append(mnemonic(syntax));
        if (!operands.isEmpty()) {
            text.append(' ').append(OperandText.of(this, syntax));
        }
        return text.toString();
    }
}
