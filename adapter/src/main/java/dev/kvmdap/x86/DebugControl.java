package dev.kvmdap.x86;

/** What DR7 says of the four breakpoint addresses (SDM vol. 3, 18.2.4). */
public final class DebugControl {

    private static final String[] CONDITIONS = {"execution", "writes", "port accesses", "reads and writes"};
    private static final int[] LENGTHS = {1, 2, 8, 4};

    private DebugControl() {}

    /**
     * What a breakpoint stops at, in words: {@code off}, or {@code writes, 4 bytes}.
     *
     * @param dr7 the register's value
     * @param slot from 0 to 3
     */
    public static String describe(long dr7, int slot) {
        if ((dr7 >>> (2 * slot) & 3) == 0) {
            return "off";
        }
        int condition = (int) (dr7 >>> (16 + 4 * slot)) & 3;
        int length = LENGTHS[(int) (dr7 >>> (18 + 4 * slot)) & 3];
        return CONDITIONS[condition] + (condition == 0 ? "" : length == 1 ? ", 1 byte" : ", " + length + " bytes");
    }
}
