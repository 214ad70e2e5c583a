package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Storage;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;

/**
 * A place in the guest's memory that a verb is told by an expression.
 *
 * @param space what the address counts in
 * @param address of the first byte
 */
record MemoryPlace(AddressSpace space, long address) {

    /**
     * The place that an expression means: where a pointer points to, where an array or structure lies, or the number taken as an
     * address.
     *
     * @param otherwise the space of plain numbers
     */
    static MemoryPlace of(String expression, AddressSpace otherwise, ConsoleTarget target) {
        Value value = target.evaluate(Expression.parse(expression));
        Storage storage = value.storage();
        if (!value.isNumber() && storage != null && storage.space() != null) {
            return new MemoryPlace(storage.space(), storage.address());
        }
        boolean isPhysical =
                value.type().stripped() instanceof PointerType pointer && pointer.space() == AddressSpace.PHYSICAL;
        return new MemoryPlace(isPhysical ? AddressSpace.PHYSICAL : otherwise, value.bits());
    }

    /** A place some bytes further on. */
    MemoryPlace plus(long bytes) {
        return new MemoryPlace(space, address + bytes);
    }

    /** Reads memory from here on: how many bytes there were before the first one that cannot be read. */
    int read(byte[] into, ConsoleTarget target) {
        return target.read(space, address, into);
    }

    /** {@code 0x1000} or {@code p:0x1000}. */
    @Override
    public String toString() {
        return space == AddressSpace.PHYSICAL
                ? new GuestPhysical(address).toString()
                : new GuestVirtual(address).toString();
    }
}
