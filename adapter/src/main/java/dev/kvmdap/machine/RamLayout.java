package dev.kvmdap.machine;

/**
 * Where a machine's RAM lies in its physical address space: from 0 on, and what is beyond 3 GiB from 4 GiB on, because a PC keeps
 * the gibibyte between for devices.
 *
 * @param size bytes of RAM altogether
 */
record RamLayout(long size) {

    private static final long LOW_END = 3L << 30;
    private static final long HIGH_START = 4L << 30;

    /** Bytes from address 0 on. */
    long lowSize() {
        return Math.min(size, LOW_END);
    }

    /** Bytes from {@link #highStart} on; 0 for none. */
    long highSize() {
        return size - lowSize();
    }

    /** Where the RAM continues that has no room below the devices. */
    long highStart() {
        return HIGH_START;
    }

    /** How many bytes of RAM follow from a physical address on; 0 where there is none. */
    long available(long physical) {
        if (Long.compareUnsigned(physical, lowSize()) < 0) {
            return lowSize() - physical;
        }
        return physical >= HIGH_START ? Math.max(0, highSize() - (physical - HIGH_START)) : 0;
    }

    /** The byte of RAM, from 0 on, at a physical address where there is some. */
    long offset(long physical) {
        return physical < HIGH_START ? physical : physical - HIGH_START + LOW_END;
    }
}
