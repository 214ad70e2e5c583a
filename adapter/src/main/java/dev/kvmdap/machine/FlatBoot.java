package dev.kvmdap.machine;

import dev.kvmdap.x86.CpuMode;

/**
 * Boots a file without a header: its bytes go to the load address as they are (0x7c00 in real mode, else 1 MiB), and
 * execution starts at the first of them, or at the entry point given. The mode is real where none is given. What else
 * the image finds: {@link Surroundings}.
 */
final class FlatBoot implements BootLoader {

    private static final long REAL_MODE_LOAD_ADDRESS = 0x7c00;
    private static final long LOAD_ADDRESS = 0x10_0000;

    @Override
    public LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        configuration.refuseWhatKernelsAreTold("nobody tells a flat image anything");
        CpuMode mode = configuration.cpuMode() == null ? CpuMode.REAL : configuration.cpuMode();
        long start = loadAddress(configuration, mode);
        long entry = configuration.entryPoint() == null
                ? start
                : configuration.entryPoint().address();
        map.load("the image", start, image.whole(), image.size());
        Firmware firmware = configuration.firmware(mode, map);
        return LoadedImage.of(Surroundings.make(mode, entry, start, map), firmware);
    }

    private static long loadAddress(BootConfiguration configuration, CpuMode mode) {
        if (configuration.loadAddress() != null) {
            return configuration.loadAddress().address();
        }
        return mode == CpuMode.REAL ? REAL_MODE_LOAD_ADDRESS : LOAD_ADDRESS;
    }
}
