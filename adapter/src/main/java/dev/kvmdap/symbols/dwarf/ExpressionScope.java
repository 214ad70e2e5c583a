package dev.kvmdap.symbols.dwarf;

import org.jspecify.annotations.Nullable;

/**
 * What a DWARF expression may refer to.
 *
 * @param unit whose indexed addresses, types and entries it means; null for call frame information, which belongs to none
 * @param addressSize the bytes of an address in it
 * @param frame the frame that it is evaluated in; null outside of functions
 * @param object the address of the object that it is about; null where it is about none
 */
record ExpressionScope(
        @Nullable Unit unit,
        int addressSize,
        @Nullable SymbolicFrame frame,
        long offset,
        @Nullable Term object) {

    /** For what belongs to a frame. */
    static ExpressionScope of(Unit unit, SymbolicFrame frame) {
        return new ExpressionScope(unit, unit.encoding().addressSize(), frame, frame.offset(), null);
    }

    /** For what lies outside of functions. */
    static ExpressionScope global(Unit unit, long offset) {
        return new ExpressionScope(unit, unit.encoding().addressSize(), null, offset, null);
    }

    /** For call frame information. */
    static ExpressionScope ofCallFrame(int addressSize, SymbolicFrame frame) {
        return new ExpressionScope(null, addressSize, frame, frame.offset(), null);
    }

    /** By which registers are numbered. */
    int wordSize() {
        return addressSize == Long.BYTES ? Long.BYTES : Integer.BYTES;
    }

    SymbolicFrame requireFrame() {
        if (frame == null) {
            throw new MissingException("is told by a register, though it belongs to no function");
        }
        return frame;
    }

    Unit requireUnit() {
        if (unit == null) {
            throw new DwarfException("an expression of call frame information refers to a unit");
        }
        return unit;
    }
}
