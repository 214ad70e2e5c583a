package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.AddressIndex;
import java.util.Arrays;

/**
 * The rows of a line program (DWARF 5, 6.2.2), kept in arrays. Rows are numbered; those of a sequence are neighbours and
 * sorted by address, and the last of them only ends it. Several rows may share an address.
 */
public final class LineTable {

    private static final int STATEMENT = 1;
    private static final int PROLOGUE_END = 2;
    private static final int END_SEQUENCE = 4;

    private final FileTable files;
    private final long[] addresses;
    private final int[] fileNumbers;
    private final int[] lines;
    private final int[] columns;
    private final byte[] flags;
    private final AddressIndex sequences;
    private final int[] sequenceStarts;

    private LineTable(Builder builder) {
        files = builder.files;
        addresses = Arrays.copyOf(builder.addresses, builder.size);
        fileNumbers = Arrays.copyOf(builder.fileNumbers, builder.size);
        lines = Arrays.copyOf(builder.lines, builder.size);
        columns = Arrays.copyOf(builder.columns, builder.size);
        flags = Arrays.copyOf(builder.flags, builder.size);
        sequenceStarts = Arrays.copyOf(builder.sequenceStarts, builder.sequenceCount + 1);
        sequenceStarts[builder.sequenceCount] = builder.size;
        AddressIndex.Builder index = new AddressIndex.Builder();
        for (int i = 0; i < builder.sequenceCount; i++) {
            index.add(addresses[sequenceStarts[i]], i);
        }
        sequences = index.build();
    }

    /** The source files that the rows name. */
    public FileTable files() {
        return files;
    }

    /** The number of rows. */
    public int size() {
        return addresses.length;
    }

    /** The number of sequences. */
    public int sequenceCount() {
        return sequenceStarts.length - 1;
    }

    /** The first row of a sequence; that of the sequence behind the last one is {@link #size}. */
    public int sequenceStart(int sequence) {
        return sequenceStarts[sequence];
    }

    /** The row that ends a sequence: its address is the first behind the sequence. */
    public int sequenceEnd(int sequence) {
        return sequenceStarts[sequence + 1] - 1;
    }

    /** The sequence that covers an address, or -1. */
    public int sequenceAt(long address) {
        for (int i = sequences.floor(address); i >= 0; i--) {
            int sequence = sequences.item(i);
            if (Long.compareUnsigned(address, addresses[sequenceEnd(sequence)]) < 0) {
                return sequence;
            }
        }
        return -1;
    }

    /** The row that tells the line of an address, or -1. */
    public int rowAt(long address) {
        int sequence = sequenceAt(address);
        return sequence < 0 ? -1 : speakingRow(floor(sequence, address));
    }

    /**
     * The row that tells the line of the code between a row and the next one: of the rows at the same address the last
     * that is a recommended place for a breakpoint, else the last.
     *
     * @param last the last row of its address
     */
    public int speakingRow(int last) {
        for (int row = last; row >= 0 && addresses[row] == addresses[last]; row--) {
            if (isStatement(row)) {
                return row;
            }
            if (isEndOfSequence(row)) {
                break;
            }
        }
        return last;
    }

    /** The last row of a sequence at or below an address that is not below the sequence. */
    private int floor(int sequence, long address) {
        int low = sequenceStarts[sequence];
        int high = sequenceEnd(sequence) - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(addresses[middle], address) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The first address that a row is about. */
    public long address(int row) {
        return addresses[row];
    }

    /** The number of a row's file in {@link #files}. */
    public int fileNumber(int row) {
        return fileNumbers[row];
    }

    /** The line of a row, from 1; 0 for code that belongs to no line. */
    public int line(int row) {
        return lines[row];
    }

    /** The column of a row, from 1; 0 for the whole line. */
    public int column(int row) {
        return columns[row];
    }

    /** Whether a row is a recommended place for a breakpoint: is_stmt. */
    public boolean isStatement(int row) {
        return (flags[row] & STATEMENT) != 0;
    }

    private boolean isEndOfSequence(int row) {
        return (flags[row] & END_SEQUENCE) != 0;
    }

    /** Whether a row is where a function's own code begins: prologue_end. */
    public boolean isPrologueEnd(int row) {
        return (flags[row] & PROLOGUE_END) != 0;
    }

    /** Collects rows as a line program emits them. */
    static final class Builder {

        private final FileTable files;
        private long[] addresses = new long[64];
        private int[] fileNumbers = new int[64];
        private int[] lines = new int[64];
        private int[] columns = new int[64];
        private byte[] flags = new byte[64];
        private int size;
        private int[] sequenceStarts = new int[4];
        private int sequenceCount;
        private int sequenceStart;
        private boolean sorted = true;

        Builder(FileTable files) {
            this.files = files;
        }

        void add(long address, int file, int line, int column, boolean statement, boolean prologueEnd) {
            add(address, file, line, column, (statement ? STATEMENT : 0) | (prologueEnd ? PROLOGUE_END : 0));
        }

        private void add(long address, int file, int line, int column, int rowFlags) {
            if (size == addresses.length) {
                grow();
            }
            sorted &= size == sequenceStart || Long.compareUnsigned(addresses[size - 1], address) <= 0;
            addresses[size] = address;
            fileNumbers[size] = file;
            lines[size] = line;
            columns[size] = column;
            flags[size++] = (byte) rowFlags;
        }

        private void grow() {
            addresses = Arrays.copyOf(addresses, 2 * size);
            fileNumbers = Arrays.copyOf(fileNumbers, 2 * size);
            lines = Arrays.copyOf(lines, 2 * size);
            columns = Arrays.copyOf(columns, 2 * size);
            flags = Arrays.copyOf(flags, 2 * size);
        }

        /** The first address of the sequence that is being collected; only where it has rows. */
        long sequenceLow() {
            return addresses[sequenceStart];
        }

        boolean sequenceIsEmpty() {
            return size == sequenceStart;
        }

        /** Ends the sequence at an address and keeps it. */
        void endSequence(long address) {
            add(address, 0, 0, 0, END_SEQUENCE);
            if (!sorted) {
                sortSequence();
            }
            if (sequenceCount + 2 > sequenceStarts.length) {
                sequenceStarts = Arrays.copyOf(sequenceStarts, 2 * sequenceStarts.length);
            }
            sequenceStarts[sequenceCount++] = sequenceStart;
            sequenceStart = size;
            sorted = true;
        }

        /** Forgets the rows since the last sequence. */
        void dropSequence() {
            size = sequenceStart;
            sorted = true;
        }

        /** Sorts the rows of the sequence but for the one that ends it, which moves up to the highest address. */
        private void sortSequence() {
            AddressIndex.Builder order = new AddressIndex.Builder();
            for (int row = sequenceStart; row < size - 1; row++) {
                order.add(addresses[row], row);
            }
            AddressIndex sortedRows = order.build();
            long[] oldAddresses = addresses.clone();
            int[] oldFiles = fileNumbers.clone();
            int[] oldLines = lines.clone();
            int[] oldColumns = columns.clone();
            byte[] oldFlags = flags.clone();
            for (int i = 0; i < sortedRows.size(); i++) {
                int from = sortedRows.item(i);
                int to = sequenceStart + i;
                addresses[to] = oldAddresses[from];
                fileNumbers[to] = oldFiles[from];
                lines[to] = oldLines[from];
                columns[to] = oldColumns[from];
                flags[to] = oldFlags[from];
            }
            if (size - 1 > sequenceStart && Long.compareUnsigned(addresses[size - 2], addresses[size - 1]) > 0) {
                addresses[size - 1] = addresses[size - 2];
            }
        }

        LineTable build() {
            dropSequence();
            return new LineTable(this);
        }
    }
}
