package dev.kvmdap.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a Multiboot 1 kernel is told about its machine (Multiboot specification 0.6.96, 3.3): amount and map of memory,
 * command line, modules, the loader's name. Structure, lists and strings lie in one piece.
 */
final class MultibootInformation {

    private static final String LOADER_NAME = "kvmdap";

    private static final int FLAGS = 0;
    private static final int LOWER_KIB = 4;
    private static final int UPPER_KIB = 8;
    private static final int COMMAND_LINE = 16;
    private static final int MODULE_COUNT = 20;
    private static final int MODULES = 24;
    private static final int MEMORY_MAP_BYTES = 44;
    private static final int MEMORY_MAP = 48;
    private static final int BOOT_LOADER_NAME = 64;
    private static final int STRUCTURE_BYTES = 120;

    private static final int HAS_MEMORY = 1;
    private static final int HAS_COMMAND_LINE = 1 << 2;
    private static final int HAS_MODULES = 1 << 3;
    private static final int HAS_MEMORY_MAP = 1 << 6;
    private static final int HAS_BOOT_LOADER_NAME = 1 << 9;

    private static final int MODULE_BYTES = 16;

    /** An entry of the memory map, without and with the field that says so. */
    private static final int MEMORY_BYTES = 20;

    private static final int MEMORY_ENTRY_BYTES = Integer.BYTES + MEMORY_BYTES;
    private static final int AVAILABLE = 1;
    private static final int RESERVED = 2;

    private static final long KIB = 1 << 10;
    private static final long CONVENTIONAL_END = 0xa0000;
    private static final long EXTENDED_START = 0x10_0000;
    private static final long HIGH_START = 4L << 30;

    private final byte[] commandLine;
    private final byte[] loaderName = string(LOADER_NAME);
    private final List<Module> modules;
    private final List<byte[]> moduleStrings;
    private final List<Memory> memories;
    private final LoadMap map;
    private final long lowRam;

    /** A module in memory, from {@code start} up to {@code end}, exclusive. */
    record Module(long start, long end, String string) {}

    private record Memory(long start, long size, int type) {}

    MultibootInformation(String commandLine, List<Module> modules, LoadMap map) {
        this.commandLine = string(commandLine);
        this.modules = modules;
        this.moduleStrings =
                modules.stream().map(module -> string(module.string())).toList();
        this.map = map;
        this.lowRam = map.ramFrom(0);
        this.memories = memories();
    }

    private List<Memory> memories() {
        List<Memory> found = new ArrayList<>();
        found.add(new Memory(0, Math.min(lowRam, CONVENTIONAL_END), AVAILABLE));
        if (lowRam > EXTENDED_START) {
            found.add(new Memory(CONVENTIONAL_END, EXTENDED_START - CONVENTIONAL_END, RESERVED));
            found.add(new Memory(EXTENDED_START, lowRam - EXTENDED_START, AVAILABLE));
        }
        if (map.ramFrom(HIGH_START) > 0) {
            found.add(new Memory(HIGH_START, map.ramFrom(HIGH_START), AVAILABLE));
        }
        return found;
    }

    /** Writes it to a free place: its physical address. */
    long place() {
        int memoryMap = STRUCTURE_BYTES;
        int moduleList = memoryMap + memories.size() * MEMORY_ENTRY_BYTES;
        int strings = moduleList + modules.size() * MODULE_BYTES;
        int size = strings
                + commandLine.length
                + loaderName.length
                + moduleStrings.stream().mapToInt(string -> string.length).sum();
        long start = map.reserve("Multiboot information", size, Long.BYTES);
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);

        bytes.putInt(
                FLAGS,
                HAS_MEMORY
                        | HAS_COMMAND_LINE
                        | (modules.isEmpty() ? 0 : HAS_MODULES)
                        | HAS_MEMORY_MAP
                        | HAS_BOOT_LOADER_NAME);
        bytes.putInt(LOWER_KIB, (int) (Math.min(lowRam, CONVENTIONAL_END) / KIB));
        bytes.putInt(UPPER_KIB, (int) (Math.max(0, lowRam - EXTENDED_START) / KIB));
        bytes.putInt(MODULE_COUNT, modules.size());
        bytes.putInt(MODULES, modules.isEmpty() ? 0 : (int) start + moduleList);
        bytes.putInt(MEMORY_MAP_BYTES, memories.size() * MEMORY_ENTRY_BYTES);
        bytes.putInt(MEMORY_MAP, (int) start + memoryMap);

        bytes.position(memoryMap);
        for (Memory memory : memories) {
            bytes.putInt(MEMORY_BYTES)
                    .putLong(memory.start())
                    .putLong(memory.size())
                    .putInt(memory.type());
        }
        bytes.position(strings);
        bytes.putInt(COMMAND_LINE, append(bytes, commandLine, start));
        bytes.putInt(BOOT_LOADER_NAME, append(bytes, loaderName, start));
        for (int i = 0; i < modules.size(); i++) {
            int entry = moduleList + i * MODULE_BYTES;
            bytes.putInt(entry, (int) modules.get(i).start());
            bytes.putInt(entry + 4, (int) modules.get(i).end());
            bytes.putInt(entry + 8, append(bytes, moduleStrings.get(i), start));
        }
        map.copy(start, bytes.flip());
        return start;
    }

    /** Puts a string at the buffer's position: its physical address. */
    private static int append(ByteBuffer bytes, byte[] string, long start) {
        int address = (int) start + bytes.position();
        bytes.put(string);
        return address;
    }

    private static byte[] string(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }
}
