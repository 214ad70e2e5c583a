package dev.kvmdap.x86;

import java.util.List;

/**
 * A named run of bits in an answer of CPUID.
 *
 * @param leaf the function, the input in EAX
 * @param firstSubleaf the first index, the input in ECX, whose answer has this field
 * @param lastSubleaf the last such index
 * @param register where the answer stands
 * @param bits its name, place and meaning
 * @param aliases other names for it, as other tools spell it
 */
public record CpuidField(
        int leaf, int firstSubleaf, int lastSubleaf, CpuidRegister register, BitField bits, List<String> aliases) {

    public CpuidField {
        aliases = List.copyOf(aliases);
    }

    /** The field's name, in lower case with underscores. */
    public String name() {
        return bits.name();
    }

    /** Whether the answer to that index has this field. */
    public boolean appliesTo(int subleaf) {
        return subleaf >= firstSubleaf && subleaf <= lastSubleaf;
    }

    /** Such as {@code avx2 (0x7.0 ebx bit 5)}. */
    @Override
    public String toString() {
        String place = bits.isFlag() ? "bit " + bits.low() : "bits " + bits.high() + ":" + bits.low();
        return "%s (0x%x.%d %s %s)".formatted(name(), leaf, firstSubleaf, register.term(), place);
    }
}
