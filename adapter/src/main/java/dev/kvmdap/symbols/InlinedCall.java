package dev.kvmdap.symbols;

import java.util.Optional;

/**
 * A call in the place of which the compiler has put the body of what was called (DWARF 5, 3.3.8.2).
 *
 * @param function the name of what was called, as in the source
 * @param site the place in the source of the call, with the addresses of the code put there; empty where it is not told
 */
public record InlinedCall(String function, Optional<SourceLine> site) {}
