package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;

/** What one debug register is set to notice (SDM vol. 3, 18.2.4). */
sealed interface SlotUse permits Location, WatchedPiece {

    /** The linear address that the register holds. */
    GuestVirtual address();

    /** For people: whose it is. */
    String holder();

    /** The four bits R/W and LEN of DR7. */
    int condition();
}
