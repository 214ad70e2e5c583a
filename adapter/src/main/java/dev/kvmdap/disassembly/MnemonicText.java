package dev.kvmdap.disassembly;

import dev.kvmdap.disassembly.DecodedInstruction.Kind;
import dev.kvmdap.disassembly.Operand.Immediate;
import dev.kvmdap.disassembly.Operand.Memory;
import dev.kvmdap.disassembly.Operand.RegisterOperand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Writes the mnemonic of an instruction, and the prefixes that nothing else of it shows. In the opcode table a mnemonic's
 * last character may say how it depends on the size of its operands:
 *
 * <ul>
 *   <li>{@code *}: AT&amp;T's has the suffix of the operand size;
 *   <li>{@code ^}: it has a suffix where the size is not the code's own;
 *   <li>{@code _}: it has a suffix for 32 or 64 bits;
 *   <li>{@code ~}: it has a suffix in 16-bit code;
 *   <li>{@code +}: AT&amp;T's has the suffix of the source's size;
 *   <li>{@code &}: AT&amp;T's tells by x or y how long a vector in memory is.
 * </ul>
 */
final class MnemonicText {

    private static final String MARKS = "*^_~+&";
    private static final Set<String> COMPARING = Set.of("cmps", "scas");
    private static final Set<String> STRING = Set.of("movs", "stos", "lods", "ins", "outs");

    private final Encoding encoding;
    private final OpcodeForm form;
    private final List<Operand> operands;

    MnemonicText(Encoding encoding, OpcodeForm form, List<Operand> operands) {
        this.encoding = encoding;
        this.form = form;
        this.operands = operands;
    }

    String intel() {
        String name = form.mnemonic();
        char mark = name.charAt(name.length() - 1);
        if (MARKS.indexOf(mark) < 0) {
            return name;
        }
        String bare = name.substring(0, name.length() - 1);
        return switch (mark) {
            case '^' -> bare + suffix(ownSize(), "wdq");
            case '_' -> bare + (encoding.w() ? "q" : "d");
            case '~' -> bare + (encoding.bits() == 16 ? suffix(size(), "wdq") : "");
            default -> bare;
        };
    }

    String att() {
        String name = form.attMnemonic();
        char mark = name.charAt(name.length() - 1);
        String bare = MARKS.indexOf(mark) < 0 ? name : name.substring(0, name.length() - 1);
        return switch (MARKS.indexOf(mark) < 0 ? ' ' : mark) {
            case '*' -> bare + (isPlainPush() ? "" : suffix(size(), "wlq"));
            case '^' -> bare + suffix(ownSize(), "wlq");
            case '_' -> bare + (encoding.w() ? "q" : "l");
            case '~' -> bare + (encoding.bits() == 16 ? suffix(size(), "wlq") : "");
            case '+' -> bare + sourceSuffix();
            case '&' -> bare + (memoryBytes() == 0 ? "" : encoding.vectorBytes() == 32 ? "y" : "x");
            default -> bare + memorySuffix();
        };
    }

    private boolean isPlainPush() {
        return form.isWide() && size() == encoding.bits() / 8;
    }

    private int size() {
        return encoding.operandBytes(form);
    }

    /** The operand size where it is another than the code's own; else 0. */
    private int ownSize() {
        int usual = encoding.bits() == 64 ? form.isWide() ? 8 : 4 : encoding.bits() / 8;
        return size() == usual ? 0 : size();
    }

    private static String suffix(int bytes, String letters) {
        return switch (bytes) {
            case 2 -> letters.substring(0, 1);
            case 4 -> letters.substring(1, 2);
            case 8 -> letters.substring(2);
            default -> "";
        };
    }

    private static String integerSuffix(int bytes) {
        return bytes == 1 ? "b" : suffix(bytes, "wlq");
    }

    private int memoryBytes() {
        for (Operand operand : operands) {
            if (operand instanceof Memory memory) {
                return memory.bytes();
            }
        }
        return 0;
    }

    private String sourceSuffix() {
        if (memoryBytes() != 0) {
            return integerSuffix(memoryBytes());
        }
        boolean isCrc = form.mnemonic().startsWith("crc");
        return isCrc ? form.operands()[1].size() == 'b' ? "b" : suffix(size(), "wlq") : "";
    }

    /** Where only memory tells the size of an integer operation, the mnemonic must. */
    private String memorySuffix() {
        boolean integers = false;
        for (int i = 0; i < operands.size(); i++) {
            OperandCode code = form.operands()[i];
            Operand operand = operands.get(i);
            integers |= operand instanceof Memory && "EXY".indexOf(code.method()) >= 0;
            boolean tells = operand instanceof RegisterOperand
                    && !code.name().equals("cl")
                    && !code.name().equals("dx");
            if (tells) {
                return "";
            }
        }
        boolean branch = form.kind() != Kind.PLAIN;
        boolean sized = form.mnemonic().startsWith("set") || form.isWide();
        return integers && !branch && !sized ? integerSuffix(memoryBytes()) : "";
    }

    /** The prefixes that neither the mnemonic nor an operand shows, in their order. */
    List<String> prefixes(boolean overrideUsed) {
        int count = encoding.prefixCount();
        if (count == 0) {
            return List.of();
        }
        List<String> shown = new ArrayList<>(count);
        boolean size = form.followsOperandSize() && (!encoding.w() || form.requires(OpcodeForm.condition("p66")));
        boolean address = form.followsAddressSize() || memoryWithoutString();
        boolean repeat = form.requires(OpcodeForm.condition("pf3") | OpcodeForm.condition("pf2"));
        boolean segment = overrideUsed;
        for (int i = count - 1; i >= 0; i--) {
            int prefix = encoding.prefix(i);
            switch (prefix) {
                case 0x66 -> size = spent(size, encoding.bits() == 16 ? "data32" : "data16", shown);
                case 0x67 -> address = spent(address, encoding.bits() == 32 ? "addr16" : "addr32", shown);
                case 0xf0 -> shown.add("lock");
                case 0xf2, 0xf3 -> repeat = spent(repeat, repeatName(prefix), shown);
                default -> {
                    if ((prefix & ~0xf) != 0x40) {
                        segment = spent(segment, segmentName(prefix), shown);
                    }
                }
            }
        }
        Collections.reverse(shown);
        return List.copyOf(shown);
    }

    /** A prefix counts once; where it does not count it is shown. */
    private static boolean spent(boolean counts, String name, List<String> shown) {
        if (!counts) {
            shown.add(name);
        }
        return false;
    }

    private boolean memoryWithoutString() {
        return form.hasModRm() && operands.stream().anyMatch(Memory.class::isInstance);
    }

    private String repeatName(int prefix) {
        String name = form.mnemonic();
        if (prefix == 0xf2 && form.isForcedWide()) {
            return "bnd";
        }
        if (STRING.contains(name)) {
            return prefix == 0xf3 ? "rep" : "repnz";
        }
        if (!COMPARING.contains(name) && isLocked() && memoryBytes() != 0) {
            return prefix == 0xf3 ? "xrelease" : "xacquire";
        }
        return prefix == 0xf3 ? "repz" : "repnz";
    }

    private boolean isLocked() {
        for (int i = 0; i < encoding.prefixCount(); i++) {
            if (encoding.prefix(i) == 0xf0) {
                return true;
            }
        }
        return false;
    }

    private String segmentName(int prefix) {
        boolean indirect = form.kind() != Kind.PLAIN
                && form.kind() != Kind.RETURN
                && !operands.isEmpty()
                && !(operands.get(0) instanceof Immediate);
        return prefix == 0x3e && indirect && encoding.opcode() == 0xff ? "notrack" : RegisterNumbers.override(prefix);
    }
}
