package dev.kvmdap.dap;

import org.eclipse.lsp4j.debug.Capabilities;

/**
 * One request of the protocol, or a tight family of them: the code, and beside it the capabilities which that code earns.
 * The answer to {@code initialize} is the union of what the registered families announce, so it cannot promise what is not
 * there.
 */
interface RequestFamily {

    /** Enters the family's requests into the table. */
    void register(RequestTable table);

    /** Sets the capabilities that the family earns; none where the protocol takes its requests for granted. */
    default void announce(Capabilities capabilities) {}
}
