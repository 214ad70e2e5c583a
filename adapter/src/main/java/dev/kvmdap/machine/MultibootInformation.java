package dev.kvmdap.machine;

import dev.kvmdap.bios.MemoryMap;
import dev.kvmdap.bios.TextMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a Multiboot 1 kernel is told about its machine (Multiboot specification 0.6.96, 3.3): amount and map of memory,
 * command line, modules, its own sections, the loader's name, and where it asks for it, the screen. Structure, lists and strings
 * lie in one piece.
 */
final class MultibootInformation {

    /** What Multiboot kernels are told that loads them, 1 and 2. */
    static final String LOADER_NAME = "kvmdap";

    private static final int FLAGS = 0;
    private static final int LOWER_KIB = 4;
    private static final int UPPER_KIB = 8;
    private static final int COMMAND_LINE = 16;
    private static final int MODULE_COUNT = 20;
    private static final int MODULES = 24;
    private static final int SECTION_COUNT = 28;
    private static final int SECTION_BYTES = 32;
    private static final int SECTIONS = 36;
    private static final int SECTION_OF_NAMES = 40;
    private static final int MEMORY_MAP_BYTES = 44;
    private static final int MEMORY_MAP = 48;
    private static final int BOOT_LOADER_NAME = 64;
    private static final int SCREEN = 88;
    private static final int SCREEN_PITCH = 96;
    private static final int SCREEN_WIDTH = 100;
    private static final int SCREEN_HEIGHT = 104;
    private static final int SCREEN_BITS = 108;
    private static final int SCREEN_TYPE = 109;
    private static final int STRUCTURE_BYTES = 120;

    private static final int HAS_MEMORY = 1;
    private static final int HAS_COMMAND_LINE = 1 << 2;
    private static final int HAS_MODULES = 1 << 3;
    private static final int HAS_SECTIONS = 1 << 5;
    private static final int HAS_MEMORY_MAP = 1 << 6;
    private static final int HAS_BOOT_LOADER_NAME = 1 << 9;
    private static final int HAS_SCREEN = 1 << 12;

    private static final int MODULE_BYTES = 16;

    /** An entry of the memory map, without the field that says so. */
    private static final int MEMORY_BYTES = 20;

    private static final int TEXT_BITS = 16;
    private static final int TEXT_TYPE = 2;

    private final BootBlock block = new BootBlock();
    private int flags = HAS_MEMORY | HAS_COMMAND_LINE | HAS_MEMORY_MAP | HAS_BOOT_LOADER_NAME;

    MultibootInformation(
            String commandLine,
            List<LoadedModule> modules,
            @Nullable ImageSections sections,
            boolean screen,
            MemoryMap memory) {
        block.add(STRUCTURE_BYTES, 1);
        block.putInt(LOWER_KIB, memory.lowerKib()).putInt(UPPER_KIB, memory.upperKib());
        putMemoryMap(memory);
        putModules(modules);
        if (sections != null) {
            putSections(sections);
        }
        if (screen) {
            putScreen();
        }
        block.point(COMMAND_LINE, block.add(commandLine));
        block.point(BOOT_LOADER_NAME, block.add(LOADER_NAME));
        block.putInt(FLAGS, flags);
    }

    /** Writes it to a free place: its physical address. */
    long place(LoadMap map) {
        return block.place("Multiboot information", Long.BYTES, map);
    }

    private void putMemoryMap(MemoryMap memory) {
        int start = block.size();
        for (MemoryMap.Range range : memory.ranges()) {
            int entry = block.add(Integer.BYTES + MEMORY_BYTES, 1);
            block.putInt(entry, MEMORY_BYTES)
                    .putLong(entry + 4, range.start())
                    .putLong(entry + 12, range.size())
                    .putInt(entry + 20, range.type().number());
        }
        block.point(MEMORY_MAP, start).putInt(MEMORY_MAP_BYTES, block.size() - start);
    }

    private void putModules(List<LoadedModule> modules) {
        if (modules.isEmpty()) {
            return;
        }
        flags |= HAS_MODULES;
        int list = block.add(modules.size() * MODULE_BYTES, Integer.BYTES);
        for (int i = 0; i < modules.size(); i++) {
            int entry = list + i * MODULE_BYTES;
            block.putInt(entry, (int) modules.get(i).start())
                    .putInt(entry + 4, (int) modules.get(i).end())
                    .point(entry + 8, block.add(modules.get(i).text()));
        }
        block.point(MODULES, list).putInt(MODULE_COUNT, modules.size());
    }

    private void putSections(ImageSections sections) {
        flags |= HAS_SECTIONS;
        block.putInt(SECTION_COUNT, sections.count())
                .putInt(SECTION_BYTES, sections.entryBytes())
                .point(SECTIONS, block.add(sections.headers(), Long.BYTES))
                .putInt(SECTION_OF_NAMES, sections.names());
    }

    private void putScreen() {
        flags |= HAS_SCREEN;
        block.putLong(SCREEN, TextMode.ADDRESS)
                .putInt(SCREEN_PITCH, TextMode.BYTES_PER_ROW)
                .putInt(SCREEN_WIDTH, TextMode.COLUMNS)
                .putInt(SCREEN_HEIGHT, TextMode.ROWS)
                .putByte(SCREEN_BITS, TEXT_BITS)
                .putByte(SCREEN_TYPE, TEXT_TYPE);
    }
}
