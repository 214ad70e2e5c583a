package dev.kvmdap.machine;

import java.util.ArrayList;
import java.util.List;

/**
 * A file that lies in memory beside the kernel.
 *
 * @param start physical address of its first byte
 * @param end the address behind its last byte
 * @param text what the kernel is told about it: its file name, then its arguments
 */
record LoadedModule(long start, long end, String text) {

    private static final int PAGE_BYTES = 4096;

    /** Loads modules behind what is loaded already, each to a page of its own. */
    static List<LoadedModule> load(List<BootModule> modules, LoadMap map) {
        List<LoadedModule> loaded = new ArrayList<>();
        for (BootModule module : modules) {
            ImageFile file = ImageFile.open("modules", module.path());
            long start = map.reserveFrom(map.highestEnd(), "module " + file.name(), file.size(), PAGE_BYTES);
            map.copy(start, file.whole());
            loaded.add(
                    new LoadedModule(start, start + file.size(), withArguments(file.fileName(), module.arguments())));
        }
        return loaded;
    }

    long size() {
        return end - start;
    }

    /** As other loaders have it: the file first, as a program finds its own name in argv[0]. */
    static String withArguments(String fileName, String arguments) {
        return arguments.isEmpty() ? fileName : fileName + " " + arguments;
    }
}
