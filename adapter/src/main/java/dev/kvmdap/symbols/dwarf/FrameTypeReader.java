package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.QualifiedType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.Typedef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads types whose arrays are sized by variables or expressions (DWARF 5, 5.13 and 2.19). */
final class FrameTypeReader {

    private static final int NESTED_AT_MOST = 16;

    private final DwarfFile file;
    private final ExpressionScope scope;

    FrameTypeReader(DwarfFile file, ExpressionScope scope) {
        this.file = file;
        this.scope = scope;
    }

    /** The type of a variable where it depends on the frame; null where it does not. */
    @Nullable FrameType typeOf(EntryReader object) {
        EntryReader entry = file.withAttribute(Attribute.TYPE, object.offset());
        return entry == null ? null : target(entry, 0);
    }

    private @Nullable FrameType target(EntryReader entry, int nesting) {
        OptionalLong type = entry.reference(Attribute.TYPE);
        EntryReader target = type.isEmpty() || nesting == NESTED_AT_MOST ? null : file.entryAt(type.getAsLong());
        return target == null ? null : read(target, nesting + 1);
    }

    private @Nullable FrameType read(EntryReader entry, int nesting) {
        int tag = entry.tag();
        if (tag == Tag.ARRAY_TYPE) {
            return array(entry, nesting);
        }
        boolean modifies = tag == Tag.TYPEDEF
                || tag == Tag.CONST_TYPE
                || tag == Tag.VOLATILE_TYPE
                || tag == Tag.POINTER_TYPE
                || tag == Tag.REFERENCE_TYPE;
        FrameType target = modifies ? target(entry, nesting) : null;
        if (target == null) {
            return null;
        }
        Type whole = file.types().typeAt(entry.offset());
        return frame -> around(whole, target.in(frame));
    }

    private static Type around(Type whole, Type target) {
        if (whole instanceof Typedef named) {
            return new Typedef(named.simpleName(), target);
        }
        if (whole instanceof QualifiedType qualified) {
            return new QualifiedType(qualified.qualifier(), target);
        }
        return whole instanceof PointerType pointer
                ? new PointerType(target, pointer.width(), pointer.mark(), pointer.space())
                : target;
    }

    private @Nullable FrameType array(EntryReader entry, int nesting) {
        FrameType inner = target(entry, nesting);
        List<Dimension> dimensions = new ArrayList<>();
        EntryReader part = entry.unit().entryReader(entry.offset());
        Children children = new Children(part);
        while (children.next()) {
            if (part.tag() == Tag.SUBRANGE_TYPE) {
                dimensions.add(dimension(part));
            }
        }
        if (inner == null && dimensions.stream().allMatch(dimension -> dimension.computed == null)) {
            return null;
        }
        Type fixed = file.types().elementOf(entry);
        return frame -> {
            Type type = inner == null ? fixed : inner.in(frame);
            for (int i = dimensions.size() - 1; i >= 0; i--) {
                type = new ArrayType(type, dimensions.get(i).count(frame));
            }
            return type;
        };
    }

    /** The elements along one dimension: a number, or computed. */
    private record Dimension(long fixed, @Nullable Term computed, long more) {

        long count(FrameState frame) {
            if (computed == null) {
                return fixed;
            }
            try {
                long count = computed.evaluate(frame) + more;
                return count < 0 ? ArrayType.OPEN : count;
            } catch (NoValueException e) {
                return ArrayType.OPEN;
            }
        }
    }

    private Dimension dimension(EntryReader subrange) {
        long fixed = TypeReader.count(subrange);
        if (fixed != ArrayType.OPEN) {
            return new Dimension(fixed, null, 0);
        }
        Term count = computed(subrange, Attribute.COUNT);
        return count != null
                ? new Dimension(ArrayType.OPEN, count, 0)
                : new Dimension(
                        ArrayType.OPEN,
                        computed(subrange, Attribute.UPPER_BOUND),
                        1 - subrange.constant(Attribute.LOWER_BOUND, 0));
    }

    private @Nullable Term computed(EntryReader subrange, int attribute) {
        try {
            Optional<ByteReader> expression = subrange.expression(attribute);
            if (expression.isPresent()) {
                return new LocationReader(scope).number(expression.get());
            }
            OptionalLong variable =
                    subrange.isReference(attribute) ? subrange.reference(attribute) : OptionalLong.empty();
            return variable.isEmpty() || scope.frame() == null
                    ? null
                    : new VariableReader(file, scope.offset())
                            .value(variable.getAsLong(), scope.frame(), StackType.generic(scope.addressSize()));
        } catch (MissingException e) {
            return null;
        }
    }
}
