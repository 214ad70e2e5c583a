package dev.kvmdap.device;

/**
 * Consecutive ports of the I/O address space (SDM vol. 1, 19.3).
 *
 * @param first 0 to 0xffff
 * @param count at least 1; the last port is at most 0xffff
 */
public record PortRange(int first, int count) {

    private static final int PORTS = 0x10000;

    /** The whole I/O address space. */
    public static final PortRange ALL = new PortRange(0, PORTS);

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

    /** Whether one of the {@code size} ports from {@code port} on is among them. */
    public boolean overlaps(int port, int size) {
        return port < first + count && port + size > first;
    }

    /** Whether a port is in both. */
    public boolean overlaps(PortRange other) {
        return overlaps(other.first, other.count);
    }

    /** {@code 0x3f8}, or {@code 0x3f8-0x3ff}. */
    @Override
    public String toString() {
        return count == 1 ? "0x%x".formatted(first) : "0x%x-0x%x".formatted(first, first + count - 1);
    }
}
