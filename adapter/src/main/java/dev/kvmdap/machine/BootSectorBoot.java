package dev.kvmdap.machine;

import dev.kvmdap.x86.CpuMode;

/**
 * Boots as a PC's firmware boots a disk: the first sector goes to 0x7c00 and starts there in real mode, CS:IP 0:7C00, SP
 * 7C00, DL the drive's number. There is no firmware: the interrupt vectors are zeros, and a guest that asks for one of
 * its services by INT runs off to 0:0.
 */
final class BootSectorBoot implements BootLoader {

    private static final int SECTOR_BYTES = 512;
    private static final int SIGNATURE_OFFSET = 510;
    private static final int SIGNATURE = 0xaa55;
    private static final int LOAD_ADDRESS = 0x7c00;
    private static final int FIRST_HARD_DISK = 0x80;

    /** Whether the first sector ends with the bytes 55 AA. */
    static boolean recognises(ImageFile image) {
        return image.size() >= SECTOR_BYTES && signature(image) == SIGNATURE;
    }

    /** Why {@link #recognises} says yes. */
    static String reason(ImageFile image) {
        String reason = "its first sector ends with 55 aa";
        return image.size() == SECTOR_BYTES
                ? reason
                : reason + "; only that sector of its %d bytes is loaded".formatted(image.size());
    }

    @Override
    public LoadedImage load(ImageFile image, BootConfiguration configuration, LoadMap map) {
        String reason = "a boot sector starts in real mode at 0x7c00";
        configuration.refuseCpuMode(reason);
        configuration.refuseLoadAddress(reason);
        configuration.refuseEntryPoint(reason);
        configuration.refuseWhatKernelsAreTold("nobody tells a boot sector anything but its drive");
        if (image.size() < SECTOR_BYTES) {
            throw new BootException(
                    "%s has %d bytes; a boot sector has %d: pad it, and end it with 55 aa, or set 'boot' to flat"
                            .formatted(image.name(), image.size(), SECTOR_BYTES));
        }
        if (signature(image) != SIGNATURE) {
            throw new BootException(
                    "%s: bytes 510 and 511 are %02x %02x; a boot sector ends with 55 aa: put them there, or set 'boot' to flat"
                            .formatted(image.name(), signature(image) & 0xff, signature(image) >> 8));
        }
        map.load("boot sector", LOAD_ADDRESS, image.slice(0, SECTOR_BYTES), SECTOR_BYTES);
        return LoadedImage.of(Surroundings.make(CpuMode.REAL, LOAD_ADDRESS, LOAD_ADDRESS, map)
                .withRegisters(0, 0, FIRST_HARD_DISK, 0));
    }

    private static int signature(ImageFile image) {
        return Short.toUnsignedInt(image.bytes().getShort(SIGNATURE_OFFSET));
    }
}
