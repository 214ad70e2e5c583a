package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ElfException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What could not be read and is therefore missing from the answers: each thing once, the first hundred of them. */
public final class Warnings {

    private static final int KEPT_AT_MOST = 100;

    private final Set<String> texts = new LinkedHashSet<>();

    /** Notes what is lost and why. */
    public void lost(String what, ElfException why) {
        if (texts.size() < KEPT_AT_MOST) {
            texts.add(what + ": " + why.getMessage());
        }
    }

    /** The texts so far, oldest first, fit to be shown to the user. */
    public List<String> texts() {
        return List.copyOf(texts);
    }
}
