package dev.kvmdap.disassembly;

import dev.kvmdap.disassembly.DecodedInstruction.Kind;
import java.util.ArrayList;
import java.util.List;

/** One line of the opcode table: an opcode under conditions, and the instruction that it is then. */
final class OpcodeForm {

    /** What must hold of prefixes, mode and sizes; an encoding tells its own. */
    private static final List<String> CONDITIONS = List.of(
            "np", "p66", "pf3", "pf2", "w0", "w1", "l0", "l1", "m32", "m64", "o16", "o32", "o64", "a16", "a32", "a64",
            "nop");

    private static final int ANY = -1;

    /** Any AVX-512 instruction. */
    static final OpcodeForm EVEX = parse("", "(avx512) Wx");

    /** Any AVX-512 instruction with an immediate. */
    static final OpcodeForm EVEX_WITH_IMMEDIATE = parse("", "(avx512) Wx,Ib");

    private final int conditions;
    private final int mod;
    private final int reg;
    private final int exact;
    private final String mnemonic;
    private final String attMnemonic;
    private final OperandCode[] operands;
    private final Kind kind;
    private final boolean modRm;
    private final boolean wide;
    private final boolean forcedWide;

    private OpcodeForm(List<String> terms, String mnemonic, String attMnemonic, OperandCode[] operands) {
        int mask = 0;
        int wantedMod = ANY;
        int wantedReg = ANY;
        int wantedByte = ANY;
        for (String term : terms) {
            if (term.startsWith("/")) {
                wantedReg = term.charAt(1) - '0';
            } else if (term.startsWith("=")) {
                wantedByte = Integer.parseInt(term, 1, term.length(), 16);
            } else if (term.equals("mem")) {
                wantedMod = 0;
            } else if (term.equals("reg")) {
                wantedMod = 3;
            } else if (!term.equals("d64") && !term.equals("f64")) {
                mask |= condition(term);
            }
        }
        this.conditions = mask;
        this.mod = wantedMod;
        this.reg = wantedReg;
        this.exact = wantedByte;
        this.mnemonic = mnemonic;
        this.attMnemonic = attMnemonic;
        this.operands = operands;
        this.kind = kindOf(mnemonic);
        this.wide = terms.contains("d64");
        this.forcedWide = terms.contains("f64");
        boolean addressed = wantedMod != ANY || wantedReg != ANY || wantedByte != ANY;
        for (OperandCode operand : operands) {
            addressed |= operand.needsModRm();
        }
        this.modRm = addressed;
    }

    /** The bit of a condition. */
    static int condition(String term) {
        int bit = CONDITIONS.indexOf(term);
        if (bit < 0) {
            throw new IllegalArgumentException("no condition: " + term);
        }
        return 1 << bit;
    }

    /** Reads what stands behind the opcode: {@code mem /0 : sldt Ew}. */
    static OpcodeForm parse(String terms, String instruction) {
        String[] parts = instruction.split(" ", 2);
        int slash = parts[0].indexOf('/');
        String intel = slash < 0 ? parts[0] : parts[0].substring(0, slash);
        List<OperandCode> operands = new ArrayList<>();
        if (parts.length == 2) {
            for (String operand : List.of(parts[1].split(","))) {
                operands.add(OperandCode.parse(operand));
            }
        }
        return new OpcodeForm(
                terms.isEmpty() ? List.of() : List.of(terms.split(" ")),
                intel,
                slash < 0 ? intel : parts[0].substring(slash + 1),
                operands.toArray(OperandCode[]::new));
    }

    private static Kind kindOf(String mnemonic) {
        if (mnemonic.startsWith("j") || mnemonic.startsWith("loop") || mnemonic.equals("xbegin")) {
            return Kind.JUMP;
        }
        if (mnemonic.equals("call")) {
            return Kind.CALL;
        }
        return mnemonic.startsWith("ret")
                        || mnemonic.startsWith("iret")
                        || mnemonic.startsWith("sysret")
                        || mnemonic.startsWith("sysexit")
                ? Kind.RETURN
                : Kind.PLAIN;
    }

    /** Whether the conditions on prefixes, mode and sizes hold. */
    boolean allows(int holding) {
        return (conditions & holding) == conditions;
    }

    /** Whether it depends on a condition. */
    boolean requires(int condition) {
        return (conditions & condition) != 0;
    }

    /** Whether a ModR/M byte fits. */
    boolean allowsModRm(int byteValue) {
        return (mod == ANY || (mod == 3) == (byteValue >= 0xc0))
                && (reg == ANY || reg == (byteValue >> 3 & 7))
                && (exact == ANY || exact == byteValue);
    }

    /** Whether a ModR/M byte follows the opcode. */
    boolean hasModRm() {
        return modRm;
    }

    /** Whether operands have 64 bits in 64-bit code without a REX prefix. */
    boolean isWide() {
        return wide;
    }

    /** Whether operands have 64 bits in 64-bit code whatever the prefixes. */
    boolean isForcedWide() {
        return forcedWide;
    }

    String mnemonic() {
        return mnemonic;
    }

    String attMnemonic() {
        return attMnemonic;
    }

    OperandCode[] operands() {
        return operands;
    }

    Kind kind() {
        return kind;
    }

    /** Whether the prefix 66 changes anything. */
    boolean followsOperandSize() {
        for (OperandCode operand : operands) {
            if (operand.followsOperandSize()) {
                return true;
            }
        }
        char last = mnemonic.charAt(mnemonic.length() - 1);
        return last == '^' || last == '~' || requires(condition("o16") | condition("o32") | condition("p66"));
    }

    /** Whether the prefix 67 changes anything but a ModR/M operand. */
    boolean followsAddressSize() {
        for (OperandCode operand : operands) {
            if (operand.followsAddressSize()) {
                return true;
            }
        }
        return requires(condition("a16") | condition("a32") | condition("a64"));
    }
}
