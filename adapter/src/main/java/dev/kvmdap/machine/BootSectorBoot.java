package dev.kvmdap.machine;

import dev.kvmdap.device.DiskGeometry;
import dev.kvmdap.x86.CpuMode;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Boots as a PC's firmware boots a disk: the first sector goes to 0x7c00 and starts there in real mode, CS:IP 0:7C00, SP 7C00, DL
 * the drive's number, interrupts on. The disk is the image, or another one that the configuration names; the {@link Firmware}
 * reads it for the guest.
 */
final class BootSectorBoot implements BootLoader {

    private static final int SECTOR_BYTES = 512;
    private static final int SIGNATURE_OFFSET = 510;
    private static final int SIGNATURE = 0xaa55;
    private static final int LOAD_ADDRESS = 0x7c00;

    /** Whether the first sector ends with the bytes 55 AA. */
    static boolean recognises(ImageFile image) {
        return image.size() >= SECTOR_BYTES && signature(image) == SIGNATURE;
    }

    /** Why {@link #recognises} says yes. */
    static String reason(ImageFile image) {
        DiskGeometry geometry = DiskGeometry.of(image.size());
        String reason = "its first sector ends with 55 aa";
        return geometry.diskette()
                ? reason + ", and it has the size of a diskette of %d KiB".formatted(image.size() >> 10)
                : reason;
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
        Path disk = configuration.disk() == null ? image.path() : configuration.disk();
        Firmware firmware = Objects.requireNonNull(Firmware.install(disk, map));
        InitialState state = Surroundings.make(CpuMode.REAL, LOAD_ADDRESS, LOAD_ADDRESS, map)
                .withRegisters(0, 0, firmware.driveNumber(), 0)
                .withInterrupts();
        return LoadedImage.of(state, firmware);
    }

    private static int signature(ImageFile image) {
        return Short.toUnsignedInt(image.bytes().getShort(SIGNATURE_OFFSET));
    }
}
