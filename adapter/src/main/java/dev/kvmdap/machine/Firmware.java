package dev.kvmdap.machine;

import dev.kvmdap.bios.BiosDataArea;
import dev.kvmdap.bios.BiosRom;
import dev.kvmdap.bios.Drive;
import dev.kvmdap.bios.TextMode;
import dev.kvmdap.device.DiskGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The BIOS that serves a guest in real mode: a ROM, the interrupt vectors and the BIOS data area in memory.
 *
 * @param disk the image of the only drive; null for none
 */
public record Firmware(@Nullable Path disk) {

    /** Puts it into memory; null where something of the image lies in its place, so that there is none. */
    static @Nullable Firmware install(@Nullable Path disk, LoadMap map) {
        boolean hasRoom = map.isFree(0, BiosDataArea.BYTES) && map.isFree(BiosRom.ADDRESS, BiosRom.BYTES);
        if (!hasRoom) {
            if (disk != null) {
                throw new BootException(
                        "disk: the BIOS that reads it has no room: the image lies below 0x%x or above 0x%x; load it elsewhere, or remove the key"
                                .formatted(BiosDataArea.BYTES, BiosRom.ADDRESS));
            }
            return null;
        }
        BiosRom rom = new BiosRom();
        byte[] data = BiosDataArea.initial(rom, drive(disk), map.memory());
        map.load("interrupt vectors and BIOS data", 0, ByteBuffer.wrap(data), data.length);
        map.load("BIOS ROM", BiosRom.ADDRESS, ByteBuffer.wrap(rom.bytes()), BiosRom.BYTES);
        byte[] screen = TextMode.blankPage();
        if (map.isFree(TextMode.ADDRESS, screen.length)) {
            map.load("text screen", TextMode.ADDRESS, ByteBuffer.wrap(screen), screen.length);
        }
        return new Firmware(disk);
    }

    /** The number of the drive, as the guest is told it; of the first hard disk where there is none. */
    int driveNumber() {
        Drive drive = drive(disk);
        return (drive == Drive.NONE ? Drive.DISK : drive).number();
    }

    private static Drive drive(@Nullable Path disk) {
        if (disk == null) {
            return Drive.NONE;
        }
        try {
            return DiskGeometry.of(Files.size(disk)).diskette() ? Drive.DISKETTE : Drive.DISK;
        } catch (IOException e) {
            throw new BootException("disk: %s cannot be read: %s".formatted(disk, e.getMessage()), e);
        }
    }
}
