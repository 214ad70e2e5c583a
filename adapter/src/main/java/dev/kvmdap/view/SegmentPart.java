package dev.kvmdap.view;

import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.types.IntegerType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a segment register has besides its selector and base (SDM vol. 3, 3.4.3). */
enum SegmentPart {
    LIMIT(32, "the last offset in the segment, in bytes"),
    TYPE(4, "kind of segment"),
    DPL(2, "descriptor privilege level"),
    S(1, "a code or data segment and no system segment"),
    PRESENT(1, "the segment is in memory"),
    UNUSABLE(1, "holds a null selector; any use faults"),
    L(1, "64-bit code"),
    DB(1, "32-bit code or stack"),
    G(1, "the descriptor counts its limit in pages"),
    AVL(1, "left to software");

    private final int width;
    private final String meaning;

    SegmentPart(int width, String meaning) {
        this.width = width;
        this.meaning = meaning;
    }

    /** The part of a name, in any case. */
    static Optional<SegmentPart> of(String name) {
        return Arrays.stream(values())
                .filter(part -> part.term().equalsIgnoreCase(name))
                .findFirst();
    }

    /** The names of everything that a segment register has, in lower case. */
    static List<String> namesOfAll() {
        return Stream.concat(
                        Stream.of("selector", "base"), Arrays.stream(values()).map(SegmentPart::term))
                .toList();
    }

    /** Its name in lower case. */
    String term() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its bits. */
    int width() {
        return width;
    }

    /** What it is, in a few words. */
    String meaning() {
        return meaning;
    }

    /** The part as expressions know it. */
    <S> Operand<S> operand(Place<S> place) {
        return this == LIMIT
                ? new Operand<>(IntegerType.UNSIGNED_INT, Format.HEXADECIMAL, place)
                : Operand.of(IntegerType.INT, place);
    }

    /** Its value, zero-extended. */
    long read(Segment segment) {
        return switch (this) {
            case LIMIT -> Integer.toUnsignedLong(segment.limit());
            case TYPE -> segment.type() & 0xf;
            case DPL -> segment.dpl() & 3;
            case S -> number(segment.s());
            case PRESENT -> number(segment.present());
            case UNUSABLE -> number(segment.unusable());
            case L -> number(segment.l());
            case DB -> number(segment.db());
            case G -> number(segment.g());
            case AVL -> number(segment.avl());
        };
    }

    private static long number(boolean set) {
        return set ? 1 : 0;
    }

    /**
     * Changes it in the registers at hand, which are not stored by that.
     *
     * @throws ChangeRefusedException where the value does not fit
     */
    void write(Segment segment, long value) {
        if (value >>> width != 0) {
            throw new ChangeRefusedException(
                    "%s holds 0 to 0x%x, not 0x%x".formatted(term(), -1L >>> (Long.SIZE - width), value));
        }
        switch (this) {
            case LIMIT -> segment.limit((int) value);
            case TYPE -> segment.type((int) value);
            case DPL -> segment.dpl((int) value);
            case S -> segment.s(value != 0);
            case PRESENT -> segment.present(value != 0);
            case UNUSABLE -> segment.unusable(value != 0);
            case L -> segment.l(value != 0);
            case DB -> segment.db(value != 0);
            case G -> segment.g(value != 0);
            case AVL -> segment.avl(value != 0);
        }
    }
}
