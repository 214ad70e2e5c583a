package dev.kvmdap.symbols.dwarf;

/** Moves a reader from an entry over its children, and over nothing below them. */
final class Children {

    private final EntryReader reader;
    private final int depth;
    private boolean more;

    /** The children of the entry that the reader stands on. */
    Children(EntryReader reader) {
        this.reader = reader;
        this.depth = reader.depth();
        this.more = reader.hasChildren();
    }

    /** Moves the reader to the next child; false where there is none, and the reader is somewhere behind. */
    boolean next() {
        if (more && reader.depth() > depth) {
            reader.skipChildren();
        }
        more = more && reader.next() && reader.depth() > depth;
        return more;
    }
}
