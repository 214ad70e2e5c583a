package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.Storage;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.Value;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A vector register: all its bits in hexadecimal; it opens to its readings as numbers of every width. */
final class VectorNode implements Node {

    private final ValueNode value;
    private final Storage storage;
    private final int bytes;

    VectorNode(String name, Value value, ValueNode.Context context) {
        this.value = new ValueNode(name, "$" + name, value, context);
        this.storage = Objects.requireNonNull(value.storage(), name);
        this.bytes = (int) value.type().bytes();
    }

    @Override
    public String name() {
        return value.name();
    }

    @Override
    public String value(NumberFormat format) {
        try {
            StringBuilder digits = new StringBuilder("0x");
            for (int at = bytes - Long.BYTES; at >= 0; at -= Long.BYTES) {
                digits.append(String.format(Locale.ROOT, "%016x", storage.read(at, Long.BYTES)));
            }
            return digits.toString();
        } catch (UnreadableException e) {
            return "<" + e.getMessage() + ">";
        }
    }

    @Override
    public String type() {
        return value.type();
    }

    @Override
    public String evaluateName() {
        return value.evaluateName();
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return value.children();
    }

    @Override
    public boolean settable() {
        return true;
    }

    /** Takes a number of up to as many hexadecimal digits as the register has. */
    @Override
    public void set(String text) {
        String digits = text.strip().replaceFirst("^0[xX]", "").replace("_", "");
        boolean isHexadecimal = !digits.equals(text.strip()) && digits.matches("[0-9a-fA-F]+");
        if (!isHexadecimal || digits.length() > 2 * bytes) {
            throw new ChangeRefusedException(
                    "'%s' is no number of up to %d hexadecimal digits behind 0x; parts of %s can be changed below it"
                            .formatted(text, 2 * bytes, name()));
        }
        String padded = "0".repeat(2 * bytes - digits.length()) + digits;
        try {
            for (int at = 0; at < bytes; at += Long.BYTES) {
                int end = 2 * (bytes - at);
                storage.write(at, Long.BYTES, Long.parseUnsignedLong(padded.substring(end - 16, end), 16));
            }
        } catch (UnreadableException e) {
            throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
        }
    }
}
