package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.Arrays;

/** The shape that many entries share: a tag, and which attributes follow in which forms (DWARF 5, 7.5.3). */
final class Abbreviation {

    final int tag;
    final boolean hasChildren;
    final int[] attributes;
    final Form[] forms;
    /** The values of attributes of DW_FORM_implicit_const, at the attribute's index. */
    final long[] implicitConstants;

    private Abbreviation(int tag, boolean hasChildren, int[] attributes, Form[] forms, long[] implicitConstants) {
        this.tag = tag;
        this.hasChildren = hasChildren;
        this.attributes = attributes;
        this.forms = forms;
        this.implicitConstants = implicitConstants;
    }

    /** Reads the declaration behind its code. */
    static Abbreviation read(ByteReader reader) {
        int tag = (int) reader.uleb();
        boolean hasChildren = reader.u8() != 0;
        int[] attributes = new int[8];
        Form[] forms = new Form[8];
        long[] constants = new long[8];
        int count = 0;
        while (true) {
            int attribute = (int) reader.uleb();
            long code = reader.uleb();
            if (attribute == 0 && code == 0) {
                return new Abbreviation(
                        tag,
                        hasChildren,
                        Arrays.copyOf(attributes, count),
                        Arrays.copyOf(forms, count),
                        Arrays.copyOf(constants, count));
            }
            Form form = Form.of(code);
            if (form == null) {
                throw new DwarfException(
                        "%s: form 0x%x of attribute 0x%x is not known".formatted(reader.name(), code, attribute));
            }
            if (count == attributes.length) {
                attributes = Arrays.copyOf(attributes, 2 * count);
                forms = Arrays.copyOf(forms, 2 * count);
                constants = Arrays.copyOf(constants, 2 * count);
            }
            attributes[count] = attribute;
            forms[count] = form;
            constants[count] = form == Form.IMPLICIT_CONST ? reader.sleb() : 0;
            count++;
        }
    }

    /** The place of an attribute among this entry's, or -1. */
    int indexOf(int attribute) {
        for (int i = 0; i < attributes.length; i++) {
            if (attributes[i] == attribute) {
                return i;
            }
        }
        return -1;
    }
}
