package dev.kvmdap.disassembly;

import java.util.Optional;

/** What the addresses in operands mean in a guest. */
public interface OperandContext {

    /** What lies at a linear address: {@code serial_init}, {@code serial_init+0x4}. */
    Optional<String> symbol(long linear);

    /**
     * Where a segment begins.
     *
     * @param register {@code ds}, {@code fs}, …
     */
    long segmentBase(String register);
}
