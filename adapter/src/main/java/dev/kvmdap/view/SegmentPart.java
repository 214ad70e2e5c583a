package dev.kvmdap.view;

import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.types.IntegerType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** What a segment register has besides its selector and base (SDM vol. 3, 3.4.3). */
enum SegmentPart {
    LIMIT(
            32,
            "the last offset in the segment, in bytes",
            Segment::limit,
            (segment, value) -> segment.limit((int) value)),
    TYPE(4, "kind of segment", Segment::type, (segment, value) -> segment.type((int) value)),
    DPL(2, "descriptor privilege level", Segment::dpl, (segment, value) -> segment.dpl((int) value)),
    S("a code or data segment and no system segment", Segment::s, (segment, value) -> segment.s(value != 0)),
    PRESENT("the segment is in memory", Segment::present, (segment, value) -> segment.present(value != 0)),
    UNUSABLE(
            "holds a null selector; any use faults",
            Segment::unusable,
            (segment, value) -> segment.unusable(value != 0)),
    L("64-bit code", Segment::l, (segment, value) -> segment.l(value != 0)),
    DB("32-bit code or stack", Segment::db, (segment, value) -> segment.db(value != 0)),
    G("the descriptor counts its limit in pages", Segment::g, (segment, value) -> segment.g(value != 0)),
    AVL("left to software", Segment::avl, (segment, value) -> segment.avl(value != 0));

    private final int width;
    private final String meaning;
    private final ToLongFunction<Segment> reader;
    private final ObjLongConsumer<Segment> writer;

    SegmentPart(String meaning, Predicate<Segment> reader, ObjLongConsumer<Segment> writer) {
        this(1, meaning, segment -> reader.test(segment) ? 1 : 0, writer);
    }

    SegmentPart(int width, String meaning, ToLongFunction<Segment> reader, ObjLongConsumer<Segment> writer) {
        this.width = width;
        this.meaning = meaning;
        this.reader = reader;
        this.writer = writer;
    }

    /** The part of a name, in any case. */
    static Optional<SegmentPart> of(String name) {
        return Arrays.stream(values())
                .filter(part -> part.term().equalsIgnoreCase(name))
                .findFirst();
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
        return reader.applyAsLong(segment) & (-1L >>> (Long.SIZE - width));
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
        writer.accept(segment, value);
    }
}
