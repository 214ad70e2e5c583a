package dev.kvmdap.bios;

import dev.kvmdap.device.ByteSink;

/**
 * INT 10h, the screen: modes, cursor, characters, scrolling, in video memory at 0xb8000 and in the BIOS data area. There is text
 * only: after a graphics mode has been set the mode is as the guest says, and nothing is drawn. What is printed as by a teletype
 * goes to the host too.
 */
final class VideoService implements Service {

    private static final int BELL = 0x07;
    private static final int BACKSPACE = 0x08;
    private static final int LINE_FEED = 0x0a;
    private static final int CARRIAGE_RETURN = 0x0d;

    private static final int WRITE_MOVES_CURSOR = 1;
    private static final int WRITE_HAS_ATTRIBUTES = 1 << 1;
    private static final int KEEP_MEMORY = 1 << 7;
    private static final int COLOUR_VGA = 8;
    private static final int FONT_INFORMATION = 0x30;
    private static final int EGA_INFORMATION = 0x10;
    private static final int EGA_256_KIB = 3;

    private final RealModeMemory memory;
    private final ByteSink printed;

    VideoService(RealModeMemory memory, ByteSink printed) {
        this.memory = memory;
        this.printed = printed;
    }

    @Override
    public Outcome serve(RegisterFrame call) {
        switch (call.ah()) {
            case 0x00 -> setMode(call);
            case 0x01 -> memory.putShort(BiosDataArea.CURSOR_SHAPE, call.cx());
            case 0x02 -> memory.putShort(cursor(call.bh()), call.dx());
            case 0x03 -> call.cx(memory.getShort(BiosDataArea.CURSOR_SHAPE)).dx(memory.getShort(cursor(call.bh())));
            case 0x05 -> selectPage(call.al());
            case 0x06 -> scroll(call, 1);
            case 0x07 -> scroll(call, -1);
            case 0x08 -> call.ax(memory.getShort(cell(call.bh(), memory.getShort(cursor(call.bh())))));
            case 0x09 -> repeat(call, true);
            case 0x0a -> repeat(call, false);
            case 0x0e -> print(page(), call.al(), -1);
            case 0x0f ->
                call.ax(memory.getByte(BiosDataArea.COLUMNS) << Byte.SIZE | memory.getByte(BiosDataArea.VIDEO_MODE))
                        .bx(page() << Byte.SIZE | call.bl());
            case 0x11 -> tellFont(call);
            case 0x12 -> tellAdapter(call);
            case 0x13 -> writeString(call);
            case 0x1a -> tellDisplay(call);
            default -> {
                // palettes, pixels, VESA: nothing that text needs
            }
        }
        return Outcome.DONE;
    }

    private int page() {
        return memory.getByte(BiosDataArea.ACTIVE_PAGE) % TextMode.PAGES;
    }

    private static long cursor(int page) {
        return BiosDataArea.CURSORS + 2L * (page % TextMode.PAGES);
    }

    /**
     * The address of a place.
     *
     * @param position row in the high byte, column in the low one
     */
    private static long cell(int page, int position) {
        return TextMode.ADDRESS
                + (long) (page % TextMode.PAGES) * TextMode.PAGE_BYTES
                + (long) (position >> Byte.SIZE) % TextMode.ROWS * TextMode.BYTES_PER_ROW
                + (position & 0xff) % TextMode.COLUMNS * 2L;
    }

    private void setMode(RegisterFrame call) {
        memory.putByte(BiosDataArea.VIDEO_MODE, call.al() & ~KEEP_MEMORY);
        memory.putShort(BiosDataArea.CURSOR_SHAPE, TextMode.CURSOR_SHAPE);
        for (int page = 0; page < TextMode.PAGES; page++) {
            memory.putShort(cursor(page), 0);
        }
        selectPage(0);
        if ((call.al() & KEEP_MEMORY) == 0) {
            memory.write(TextMode.ADDRESS, TextMode.blankPage());
        }
        call.al(0x30);
    }

    private void selectPage(int page) {
        memory.putByte(BiosDataArea.ACTIVE_PAGE, page % TextMode.PAGES);
        memory.putShort(BiosDataArea.PAGE_START, page % TextMode.PAGES * TextMode.PAGE_BYTES);
    }

    /** A window from CX to DX by AL rows, or all of them for 0; the new rows have the attribute BH. */
    private void scroll(RegisterFrame call, int direction) {
        int bottom = Math.min(call.dh(), TextMode.ROWS - 1);
        int right = Math.min(call.dl(), TextMode.COLUMNS - 1);
        int height = bottom - call.ch() + 1;
        int rows = call.al() == 0 ? height : Math.min(call.al(), height);
        if (height > 0 && right >= call.cl()) {
            scroll(page(), call.ch(), bottom, call.cl(), right, rows * direction, call.bh());
        }
    }

    private void scroll(int page, int top, int bottom, int left, int right, int rows, int attribute) {
        int step = rows > 0 ? 1 : -1;
        int row = rows > 0 ? top : bottom;
        for (int i = top; i <= bottom; i++, row += step) {
            int source = row + rows;
            for (int column = left; column <= right; column++) {
                boolean inside = source >= top && source <= bottom;
                int value = inside
                        ? memory.getShort(cell(page, source << Byte.SIZE | column))
                        : attribute << Byte.SIZE | ' ';
                memory.putShort(cell(page, row << Byte.SIZE | column), value);
            }
        }
    }

    private void repeat(RegisterFrame call, boolean withAttribute) {
        int position = memory.getShort(cursor(call.bh()));
        long first = cell(call.bh(), position);
        long end = cell(call.bh(), 0) + (long) TextMode.ROWS * TextMode.BYTES_PER_ROW;
        for (long at = first; at < Math.min(end, first + 2L * call.cx()); at += 2) {
            memory.putByte(at, call.al());
            if (withAttribute) {
                memory.putByte(at + 1, call.bl());
            }
        }
    }

    /**
     * Prints a character at a page's cursor.
     *
     * @param attribute -1 for the one that is there
     */
    private void print(int page, int character, int attribute) {
        printed.accept((byte) character);
        int position = memory.getShort(cursor(page));
        int row = Math.min(position >> Byte.SIZE, TextMode.ROWS - 1);
        int column = Math.min(position & 0xff, TextMode.COLUMNS - 1);
        switch (character) {
            case BELL -> {
                // nobody hears it
            }
            case BACKSPACE -> column = Math.max(0, column - 1);
            case LINE_FEED -> row++;
            case CARRIAGE_RETURN -> column = 0;
            default -> {
                long at = cell(page, row << Byte.SIZE | column);
                memory.putByte(at, character);
                if (attribute >= 0) {
                    memory.putByte(at + 1, attribute);
                }
                column++;
            }
        }
        if (column == TextMode.COLUMNS) {
            column = 0;
            row++;
        }
        if (row == TextMode.ROWS) {
            row--;
            int colour = memory.getByte(cell(page, row << Byte.SIZE) + 1);
            scroll(page, 0, row, 0, TextMode.COLUMNS - 1, 1, colour);
        }
        memory.putShort(cursor(page), row << Byte.SIZE | column);
    }

    private void writeString(RegisterFrame call) {
        int page = call.bh() % TextMode.PAGES;
        int before = memory.getShort(cursor(page));
        memory.putShort(cursor(page), call.dx());
        boolean attributes = (call.al() & WRITE_HAS_ATTRIBUTES) != 0;
        int offset = call.bp();
        for (int i = 0; i < call.cx(); i++) {
            int character = memory.getByte(RealModeMemory.address(call.es(), offset++));
            int attribute = attributes ? memory.getByte(RealModeMemory.address(call.es(), offset++)) : call.bl();
            print(page, character, attribute);
        }
        if ((call.al() & WRITE_MOVES_CURSOR) == 0) {
            memory.putShort(cursor(page), before);
        }
    }

    private void tellFont(RegisterFrame call) {
        if (call.al() == FONT_INFORMATION) {
            call.cx(TextMode.CHARACTER_HEIGHT).dx(call.dh() << Byte.SIZE | (TextMode.ROWS - 1));
        }
    }

    private void tellAdapter(RegisterFrame call) {
        if (call.bl() == EGA_INFORMATION) {
            call.bx(EGA_256_KIB).cx(0x09);
        }
    }

    private void tellDisplay(RegisterFrame call) {
        if (call.al() == 0) {
            call.al(0x1a).bx(COLOUR_VGA);
        }
    }
}
