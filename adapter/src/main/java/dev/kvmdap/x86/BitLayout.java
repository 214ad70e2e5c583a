package dev.kvmdap.x86;

import java.util.List;
import java.util.Optional;

/**
 * The named bits of one register.
 *
 * @param fields lowest first, none overlapping another; bits that no field names are reserved
 */
public record BitLayout(List<BitField> fields) {

    public BitLayout {
        fields = List.copyOf(fields);
    }

    /** The named bits of a register, lowest first. */
    public static BitLayout of(BitField... fields) {
        return new BitLayout(List.of(fields));
    }

    /** The field of that name, in any case. */
    public Optional<BitField> field(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** What is not zero, highest bit first, such as {@code IF IOPL=3 ZF PF}; empty for 0. */
    public String decode(long value) {
        StringBuilder text = new StringBuilder();
        for (int i = fields.size() - 1; i >= 0; i--) {
            BitField field = fields.get(i);
            long bits = field.of(value);
            if (bits != 0) {
                text.append(text.isEmpty() ? "" : " ").append(field.name());
                if (!field.isFlag()) {
                    text.append('=').append(bits < 10 ? Long.toString(bits) : "0x" + Long.toHexString(bits));
                }
            }
        }
        return text.toString();
    }
}
