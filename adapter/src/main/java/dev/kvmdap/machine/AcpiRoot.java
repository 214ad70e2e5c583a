package dev.kvmdap.machine;

import java.nio.ByteBuffer;

/**
 * The Root System Description Pointer of ACPI tables in the guest's memory (ACPI 6.5, 5.2.5.3), for boot protocols that hand it
 * on.
 *
 * @param address its physical address
 * @param descriptor the structure itself: 20 bytes of revision 0, or 36 of later ones
 */
record AcpiRoot(long address, ByteBuffer descriptor) {

    private static final int REVISION = 15;

    /** The bytes of revision 0, which the later ones begin with. */
    static final int FIRST_BYTES = 20;

    /** Whether it has the fields of ACPI 2.0 and later. */
    boolean isExtended() {
        return descriptor.limit() > REVISION && descriptor.get(REVISION) >= 2;
    }
}
