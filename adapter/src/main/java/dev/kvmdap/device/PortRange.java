package dev.kvmdap.device;

/**
 * Consecutive ports of the I/O address space (SDM vol. 1, 19.3).
 *
 * @param first 0 to 0xffff
 * @param count at least 1; the last port is at most 0xffff
 */
public record PortRange(int first, int count) {

    private static final int PORTS = 0x10000;

    public PortRange {
        if (first < 0 || count < 1 || first > PORTS - count) {
            throw new IllegalArgumentException(
                    "I/O ports 0x%x, %d of them: ports go from 0 to 0xffff".formatted(first, count));
        }
    }

    /** One port. */
    public static PortRange of(int port) {
        return new PortRange(port, 1);
    }
}
