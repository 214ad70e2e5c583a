package dev.kvmdap.disassembly;

import dev.kvmdap.disassembly.DecodedInstruction.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes x86 instructions of any code width by the opcode maps of SDM vol. 2, appendix A. Text is as the GNU tools write
 * it. One thread uses it at a time.
 *
 * <p>Of AVX-512 instructions only the length is decoded.
 */
public final class Disassembler {

    /** The longest instruction there is, in bytes (SDM vol. 2, 2.3.11). */
    public static final int MOST_BYTES = Encoding.MOST_BYTES;

    private final Encoding encoding = new Encoding();
    private final OperandReader operands = new OperandReader(encoding);

    /**
     * Decodes one instruction.
     *
     * @param code holds its bytes
     * @param from the index of the first one
     * @param available how many there are from there on; those of the next instructions may be among them
     * @param linear its linear address
     * @return the instruction, or a single byte of kind {@link DecodedInstruction.Kind#INVALID} where there is none
     */
    public DecodedInstruction decode(byte[] code, int from, int available, long linear, CodeSegment segment) {
        OpcodeForm form = form(code, from, available, segment.bits());
        if (form == null) {
            return DecodedInstruction.invalid(linear);
        }
        List<Operand> read = encoding.isEvex() ? skipped(form) : operands.read(form, linear, segment);
        if (encoding.isTruncated()) {
            return DecodedInstruction.invalid(linear);
        }
        MnemonicText text = new MnemonicText(encoding, form, read);
        return new DecodedInstruction(
                linear,
                encoding.length(),
                form.kind(),
                text.prefixes(operands.isOverrideUsed()),
                new Names(text.intel(), text.att()),
                List.copyOf(read));
    }

    private List<Operand> skipped(OpcodeForm form) {
        operands.skip(form);
        return List.of();
    }

    /**
     * The length of an instruction in bytes; 0 where the bytes begin none. Allocates nothing.
     *
     * @param code holds its bytes
     * @param from the index of the first one
     * @param available how many there are from there on
     * @param bits the code's width: 16, 32 or 64
     */
    public int length(byte[] code, int from, int available, int bits) {
        OpcodeForm form = form(code, from, available, bits);
        if (form == null) {
            return 0;
        }
        operands.skip(form);
        return encoding.isTruncated() ? 0 : encoding.length();
    }

    private @Nullable OpcodeForm form(byte[] code, int from, int available, int bits) {
        return encoding.begin(code, from, available, bits) ? encoding.form() : null;
    }
}
