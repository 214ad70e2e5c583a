package dev.kvmdap.machine;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How an image gets into memory, and what the processor looks like when it begins. */
public enum BootProtocol {
    /** Whichever of the others fits what the image begins with. */
    AUTO("auto"),
    /** The segments of an ELF file at their physical addresses, started at its entry point: {@link ElfBoot}. */
    ELF("elf"),
    /** Multiboot, version 1: {@link MultibootBoot}. */
    MULTIBOOT("multiboot"),
    /** Multiboot, version 2: {@link Multiboot2Boot}. */
    MULTIBOOT2("multiboot2"),
    /** Xen's direct boot ABI: {@link PvhBoot}. */
    PVH("pvh"),
    /** Linux's own boot protocol: {@link LinuxBoot}. */
    LINUX("linux"),
    /** The first sector of a disk, at 0x7c00 in real mode: {@link BootSectorBoot}. */
    BOOT_SECTOR("boot-sector"),
    /** The bytes of the file as they are, at an address: {@link FlatBoot}. */
    FLAT("flat");

    private final String term;

    BootProtocol(String term) {
        this.term = term;
    }

    /** The protocol's name in launch configurations and messages. */
    public String term() {
        return term;
    }

    BootLoader loader() {
        return switch (this) {
            case ELF -> new ElfBoot();
            case MULTIBOOT -> new MultibootBoot();
            case MULTIBOOT2 -> new Multiboot2Boot();
            case PVH -> new PvhBoot();
            case LINUX -> new LinuxBoot();
            case BOOT_SECTOR -> new BootSectorBoot();
            case FLAT -> new FlatBoot();
            case AUTO -> throw new IllegalStateException("an image is recognised before it is loaded");
        };
    }

    /**
     * The protocol of a name.
     *
     * @throws BootException where there is none, saying which there are
     */
    public static BootProtocol of(String term) {
        for (BootProtocol protocol : values()) {
            if (protocol.term.equals(term)) {
                return protocol;
            }
        }
        String allowed = Arrays.stream(values()).map(BootProtocol::term).collect(Collectors.joining(", "));
        throw new BootException("boot: '%s' is not supported; allowed are %s".formatted(term, allowed));
    }
}
