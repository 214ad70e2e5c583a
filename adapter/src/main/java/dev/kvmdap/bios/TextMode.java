package dev.kvmdap.bios;

/** The screen in VGA's text mode 3: a character and an attribute for each of 80 by 25 places, in colour. */
public final class TextMode {

    /** Physical address of the upper left character of page 0. */
    public static final int ADDRESS = 0xb8000;

    public static final int COLUMNS = 80;
    public static final int ROWS = 25;
    public static final int BYTES_PER_ROW = 2 * COLUMNS;

    static final int COLOUR_80_BY_25 = 3;
    static final int PAGES = 8;
    static final int PAGE_BYTES = 0x1000;
    static final int CHARACTER_HEIGHT = 16;
    static final int CURSOR_SHAPE = 0x0d0e;
    static final int CRT_CONTROLLER = 0x3d4;

    /** Light grey on black. */
    static final int NORMAL = 0x07;

    static final int BLANK = NORMAL << Byte.SIZE | ' ';

    private TextMode() {}

    /** A page of spaces, as it is in memory. */
    public static byte[] blankPage() {
        byte[] page = new byte[ROWS * BYTES_PER_ROW];
        for (int i = 0; i < page.length; i += 2) {
            page[i] = ' ';
            page[i + 1] = NORMAL;
        }
        return page;
    }
}
