package dev.kvmdap.cli;

/**
 * The exit codes of {@code kvmdap run}. A guest's own code, (v &lt;&lt; 1) | 1, is always odd; all of these but a clean end are even,
 * so that the two cannot be confused.
 */
final class ExitStatus {

    /** The guest shut its machine down. */
    static final int OK = 0;
    /** Wrong arguments, or an image that cannot be started. */
    static final int USAGE = 2;
    /** KVM cannot be used. */
    static final int NO_KVM = 4;
    /** The guest had a triple fault. */
    static final int TRIPLE_FAULT = 6;
    /** The guest halted with nothing that could wake it. */
    static final int HALTED = 8;
    /** KVM gave up on the guest. */
    static final int KVM_ERROR = 10;
    /** The guest's code is greater than 255. */
    static final int CODE_TOO_GREAT = 12;
    /** The time was up; the code of timeout(1). */
    static final int TIMED_OUT = 124;

    private static final int GREATEST = 255;

    private ExitStatus() {}

    /** The exit code for a guest that ended itself. */
    static int of(int guestCode) {
        return guestCode < 0 || guestCode > GREATEST ? CODE_TOO_GREAT : guestCode;
    }
}
