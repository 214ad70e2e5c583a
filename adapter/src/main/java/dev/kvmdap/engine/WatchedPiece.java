package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of watched memory that one debug register covers.
 *
 * @param address linear, a multiple of the size
 * @param size 1, 2, 4 or 8 bytes
 * @param access which accesses count
 * @param holder whose it is, for people
 */
record WatchedPiece(GuestVirtual address, int size, WatchAccess access, String holder) implements SlotUse {

    private static final int LARGEST = 8;

    /** Cuts a range into as few aligned pieces as there can be. */
    static List<WatchedPiece> cut(GuestVirtual address, int length, WatchAccess access, String holder) {
        List<WatchedPiece> pieces = new ArrayList<>();
        int done = 0;
        while (done < length) {
            long start = address.address() + done;
            int size = LARGEST;
            while (start % size != 0 || size > length - done) {
                size /= 2;
            }
            pieces.add(new WatchedPiece(new GuestVirtual(start), size, access, holder));
            done += size;
        }
        return pieces;
    }

    @Override
    public int condition() {
        int len = switch (size) {
            case 1 -> 0b00;
            case 2 -> 0b01;
            case 4 -> 0b11;
            default -> 0b10;
        };
        return len << 2 | (access == WatchAccess.WRITE ? 0b01 : 0b11);
    }
}
