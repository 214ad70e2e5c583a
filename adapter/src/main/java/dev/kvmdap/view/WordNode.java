package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.x86.BitField;
import dev.kvmdap.x86.BitLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A number in the machine; it opens to its named bits. */
public class WordNode implements Node {

    private final String name;
    private final Word word;
    private final int width;
    private final @Nullable BitLayout bits;
    private final @Nullable String meaning;

    /**
     * A row for a number.
     *
     * @param width its bits, from 1 to 64
     * @param bits its fields; null where it is one number
     * @param meaning its explanation
     */
    public WordNode(String name, Word word, int width, @Nullable BitLayout bits, @Nullable String meaning) {
        this.name = name;
        this.word = word;
        this.width = width;
        this.bits = bits;
        this.meaning = meaning;
    }

    /** The number. */
    protected final Word word() {
        return word;
    }

    /** Its fields; null where it is one number. */
    protected @Nullable BitLayout bits() {
        return bits;
    }

    @Override
    public final String name() {
        return name;
    }

    /** In hexadecimal at full width, followed by the names of the bits that are set. */
    @Override
    public final String value(NumberFormat format) {
        try {
            long value = word.read();
            String number =
                    width < Byte.SIZE ? format.small(value) : format.machine(value, IntegerType.unsigned(bytes()));
            String decoded = decoded(value);
            return decoded.isEmpty() ? number : number + " " + decoded;
        } catch (UnreadableException e) {
            return "<" + e.getMessage() + ">";
        }
    }

    private int bytes() {
        int bytes = (width + Byte.SIZE - 1) / Byte.SIZE;
        return bytes <= 2 ? bytes : bytes <= 4 ? 4 : 8;
    }

    /** What is said of a value behind the number, in square brackets: the names of the bits that are set. */
    protected String decoded(long value) {
        BitLayout fields = bits();
        if (fields == null) {
            return "";
        }
        String names = fields.decode(value);
        return names.isEmpty() ? "[ ]" : "[ " + names + " ]";
    }

    @Override
    public @Nullable String type() {
        return meaning;
    }

    @Override
    public final @Nullable String evaluateName() {
        return word.expression();
    }

    @Override
    public boolean expandable() {
        return bits() != null;
    }

    @Override
    public List<Node> children() {
        BitLayout fields = bits();
        return fields == null
                ? List.of()
                : fields.fields().stream()
                        .filter(field -> field.high() < width)
                        .<Node>map(this::row)
                        .toList();
    }

    private Node row(BitField field) {
        return new BitNode(field, word);
    }

    @Override
    public boolean settable() {
        return word.isWritable();
    }

    /** Takes a number; what {@link #value} puts behind it may stay. */
    @Override
    public void set(String text) {
        int decoration = text.indexOf('[');
        word.write(word.evaluate(decoration < 0 ? text : text.substring(0, decoration)));
    }
}
