package dev.kvmdap.machine;

/** The screen that kernels are told of: VGA text, a character and an attribute for each of 80 by 25 places. */
final class TextScreen {

    static final long ADDRESS = 0xb8000;
    static final int COLUMNS = 80;
    static final int ROWS = 25;
    static final int BYTES_PER_ROW = 2 * COLUMNS;

    private TextScreen() {}
}
