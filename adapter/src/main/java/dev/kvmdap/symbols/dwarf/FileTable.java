package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.ArrayList;
import java.util.List;

/**
 * The source files of a line program and the folders they are in (DWARF 5, 6.2.4 and 6.2.4.1), by the numbers that its
 * rows use: from 0 in DWARF 5, from 1 before.
 */
public final class FileTable {

    private static final int CONTENT_PATH = 1;
    private static final int CONTENT_DIRECTORY_INDEX = 2;

    private final String compilationDirectory;
    private final int firstNumber;
    private final List<String> directories = new ArrayList<>();
    private final List<File> files = new ArrayList<>();

    private FileTable(Unit unit, int firstNumber) {
        this.compilationDirectory = unit.directory();
        this.firstNumber = firstNumber;
    }

    private record File(String name, long directory) {}

    /** Reads the tables of DWARF 2 to 4. */
    static FileTable readPlain(Unit unit, ByteReader reader) {
        FileTable table = new FileTable(unit, 1);
        table.directories.add(table.compilationDirectory);
        for (String name = reader.cstring(); !name.isEmpty(); name = reader.cstring()) {
            table.directories.add(name);
        }
        for (String name = reader.cstring(); !name.isEmpty(); name = reader.cstring()) {
            table.addPlain(name, reader);
        }
        return table;
    }

    /** Adds the file behind its name, as the table and DW_LNE_define_file write it. */
    void addPlain(String name, ByteReader reader) {
        files.add(new File(name, reader.uleb()));
        reader.skipLeb();
        reader.skipLeb();
    }

    /** Reads the tables of DWARF 5, which describe their own layout. */
    static FileTable readFormatted(Unit unit, ByteReader reader, Encoding encoding) {
        FileTable table = new FileTable(unit, 0);
        for (File directory : readEntries(unit, reader, encoding)) {
            table.directories.add(directory.name);
        }
        table.files.addAll(readEntries(unit, reader, encoding));
        return table;
    }

    private static List<File> readEntries(Unit unit, ByteReader reader, Encoding encoding) {
        int formatCount = reader.u8();
        int[] contents = new int[formatCount];
        Form[] forms = new Form[formatCount];
        for (int i = 0; i < formatCount; i++) {
            contents[i] = (int) reader.uleb();
            long code = reader.uleb();
            Form form = Form.of(code);
            if (form == null) {
                throw new DwarfException("%s: form 0x%x in a file table is not known".formatted(reader.name(), code));
            }
            forms[i] = form;
        }
        long count = reader.uleb();
        if (count < 0 || count > reader.remaining() || (count > 0 && formatCount == 0)) {
            throw new DwarfException("%s: a file table of %s entries does not fit into %d bytes"
                    .formatted(reader.name(), Long.toUnsignedString(count), reader.remaining()));
        }
        List<File> entries = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            String name = "";
            long directory = 0;
            for (int j = 0; j < formatCount; j++) {
                switch (contents[j]) {
                    case CONTENT_PATH -> name = unit.readString(forms[j], reader, encoding);
                    case CONTENT_DIRECTORY_INDEX -> directory = forms[j].readNumber(reader, encoding);
                    default -> forms[j].skip(reader, encoding);
                }
            }
            entries.add(new File(name, directory));
        }
        return entries;
    }

    /** The number of the first file. */
    public int firstNumber() {
        return firstNumber;
    }

    /** The number behind that of the last file. */
    public int endNumber() {
        return firstNumber + files.size();
    }

    /** The name of a file as the compiler was given it, without its folder; empty where no file has the number. */
    public String name(int number) {
        int index = number - firstNumber;
        return index < 0 || index >= files.size() ? "" : files.get(index).name;
    }

    /** The path of a file: absolute where the compiler said enough; empty where no file has the number. */
    public String path(int number) {
        String name = name(number);
        if (name.isEmpty() || name.startsWith("/")) {
            return name;
        }
        long directory = files.get(number - firstNumber).directory;
        String folder = directory >= 0 && directory < directories.size() ? directories.get((int) directory) : "";
        String path = join(folder, name);
        return path.startsWith("/") || folder.equals(compilationDirectory) ? path : join(compilationDirectory, path);
    }

    private static String join(String folder, String name) {
        return folder.isEmpty() || name.startsWith("/") ? name : folder + "/" + name;
    }
}
