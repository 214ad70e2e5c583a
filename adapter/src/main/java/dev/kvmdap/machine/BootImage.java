package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfException;
import java.util.Optional;

/** Puts an image into the guest's memory and says how the first vCPU starts. */
public final class BootImage {

    private BootImage() {}

    /**
     * Finds out what {@link #load} would do with an image on a machine that there is not yet.
     *
     * @param memoryBytes RAM
     * @throws BootException as {@link #load}
     */
    public static BootedImage plan(BootConfiguration configuration, long memoryBytes) {
        RamLayout layout = new RamLayout(memoryBytes);
        return load(configuration, new PhysicalWriter() {
            @Override
            public long size() {
                return memoryBytes;
            }

            @Override
            public long available(long physical) {
                return layout.available(physical);
            }

            @Override
            public int write(long physical, byte[] bytes, int from, int length) {
                return (int) Math.min(length, available(physical));
            }
        });
    }

    /**
     * Loads an image by the protocol asked for, or by the one that fits it.
     *
     * @param ram the guest's RAM, all zeros
     * @throws BootException where the image or the configuration is wrong, or does not fit into RAM
     */
    public static BootedImage load(BootConfiguration configuration, PhysicalWriter ram) {
        try {
            ImageFile image = ImageFile.open("program", configuration.program());
            Recognition recognition = Recognition.of(image, configuration.protocol());
            LoadMap map = new LoadMap(ram);
            LoadedImage loaded = recognition.protocol().loader().load(image, configuration, map);
            InitialState state = loaded.initialState();
            String sentence = "%s: booted as %s in %s mode at %s, because %s"
                    .formatted(
                            image.fileName(),
                            recognition.protocol().term(),
                            state.mode().term(),
                            state.entry(),
                            recognition.reason());
            return new BootedImage(
                    recognition.protocol(),
                    sentence,
                    state,
                    loaded.remarks(),
                    loaded.offset(),
                    Optional.ofNullable(loaded.firmware()),
                    map.ranges());
        } catch (ElfException e) {
            throw new BootException(e);
        }
    }
}
