package dev.kvmdap.bios;

import dev.kvmdap.device.DiskGeometry;
import dev.kvmdap.device.DiskImage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * INT 13h, disks: sectors by cylinder, head and sector, and by number with the extensions (BIOS Enhanced Disk Drive Services 3).
 * There is at most one drive.
 */
final class DiskService implements Service {

    private static final int INVALID = 0x01;
    private static final int NOT_FOUND = 0x04;
    private static final int BEYOND_MEMORY = 0x09;
    private static final int READ_FAILED = 0x20;
    private static final int NO_MEDIA = 0x31;

    private static final int EXTENSIONS_ASKED = 0x55aa;
    private static final int EXTENSIONS_THERE = 0xaa55;
    private static final int EXTENSIONS_VERSION = 0x30;
    private static final int EXTENDED_ACCESS = 1;
    private static final int PACKET_BYTES = 0x10;
    private static final int PACKET_WITH_FLAT_ADDRESS = 0x18;
    private static final int PARAMETERS_BYTES = 26;
    private static final int GEOMETRY_IS_VALID = 1 << 1;

    private static final int DISKETTE_WITHOUT_CHANGE_LINE = 1;
    private static final int HARD_DISK = 3;

    private final RealModeMemory memory;
    private final @Nullable DiskImage disk;
    private final int number;
    private final byte[] sector = new byte[DiskImage.SECTOR_BYTES];

    DiskService(RealModeMemory memory, @Nullable DiskImage disk) {
        this.memory = memory;
        this.disk = disk;
        this.number = disk == null
                ? Drive.NONE.number()
                : (disk.geometry().diskette() ? Drive.DISKETTE : Drive.DISK).number();
    }

    @Override
    public Outcome serve(RegisterFrame call) {
        DiskImage image = disk;
        boolean isReset = call.ah() == 0x00;
        if (call.ah() == 0x01) {
            int last = memory.getByte(statusAddress(call));
            call.ah(last).carry(last != 0);
        } else if (image == null || call.dl() != number) {
            finish(call, isReset && call.dl() < Drive.DISK.number() ? 0 : absent(call));
        } else {
            finish(call, serve(call, image));
        }
        return Outcome.DONE;
    }

    /** Programs that count drives ask for one more than there are. */
    private static int absent(RegisterFrame call) {
        return call.dl() < Drive.DISK.number() ? NO_MEDIA : INVALID;
    }

    private long statusAddress(RegisterFrame call) {
        return call.dl() < Drive.DISK.number() ? BiosDataArea.DISKETTE_STATUS : BiosDataArea.DISK_STATUS;
    }

    private void finish(RegisterFrame call, int status) {
        memory.putByte(statusAddress(call), Math.max(0, status));
        if (status >= 0) {
            call.ah(status);
        }
        call.carry(status > 0);
    }

    /** The status to return in AH; -1 for success where AH holds something else. */
    private int serve(RegisterFrame call, DiskImage image) {
        return switch (call.ah()) {
            case 0x00, 0x05, 0x09, 0x0d, 0x10, 0x11, 0x14 -> 0;
            case 0x02, 0x03, 0x04 -> transferByGeometry(call, image);
            case 0x08 -> tellGeometry(call, image.geometry());
            case 0x0c -> image.geometry().number(cylinder(call), call.dh(), 1) < 0 ? NOT_FOUND : 0;
            case 0x15 -> tellType(call, image);
            case 0x16 -> 0;
            case 0x41 -> tellExtensions(call);
            case 0x42, 0x43, 0x44, 0x47 -> transferByPacket(call, image);
            case 0x48 -> tellParameters(call, image);
            default -> INVALID;
        };
    }

    private static int cylinder(RegisterFrame call) {
        return (call.cl() & 0xc0) << 2 | call.ch();
    }

    private int transferByGeometry(RegisterFrame call, DiskImage image) {
        int count = call.al();
        long first = image.geometry().number(cylinder(call), call.dh(), call.cl() & 0x3f);
        if (count == 0) {
            return INVALID;
        }
        if (first < 0) {
            call.al(0);
            return NOT_FOUND;
        }
        long address = RealModeMemory.address(call.es(), call.bx());
        int status = 0;
        int done = 0;
        while (done < count && status == 0) {
            status = transfer(call.ah() - 2, image, first + done, address + (long) done * DiskImage.SECTOR_BYTES);
            done += status == 0 ? 1 : 0;
        }
        call.al(done);
        return status;
    }

    /** @param operation 0 to read, 1 to write, 2 or more to look whether it is there */
    private int transfer(int operation, DiskImage image, long number, long address) {
        if (number < 0 || number >= image.sectors()) {
            return NOT_FOUND;
        }
        if (operation == 1) {
            if (!memory.read(address, sector)) {
                return BEYOND_MEMORY;
            }
            image.write(number, sector, 0);
            return 0;
        }
        try {
            image.read(number, sector, 0);
        } catch (IOException e) {
            return READ_FAILED;
        }
        return operation > 1 || memory.write(address, sector) ? 0 : BEYOND_MEMORY;
    }

    private int tellGeometry(RegisterFrame call, DiskGeometry geometry) {
        int last = geometry.cylinders() - 1;
        call.ax(0)
                .cx((last & 0xff) << Byte.SIZE | (last >> 2 & 0xc0) | geometry.sectors())
                .dx((geometry.heads() - 1) << Byte.SIZE | 1);
        if (geometry.diskette()) {
            call.bl(disketteType(geometry)).es(BiosRom.SEGMENT).di(BiosRom.DISKETTE_PARAMETERS);
        }
        return 0;
    }

    /** As CMOS counts them: 360 KiB, 1.2 MB, 720 KiB, 1.44 MB, 2.88 MB. */
    private static int disketteType(DiskGeometry geometry) {
        return switch (geometry.sectors()) {
            case 15 -> 2;
            case 18 -> 4;
            case 36 -> 5;
            default -> geometry.cylinders() == 80 ? 3 : 1;
        };
    }

    private int tellType(RegisterFrame call, DiskImage image) {
        if (image.geometry().diskette()) {
            call.ah(DISKETTE_WITHOUT_CHANGE_LINE);
        } else {
            long sectors = Math.min(image.sectors(), 0xffff_ffffL);
            call.ah(HARD_DISK).cx((int) (sectors >>> Short.SIZE)).dx((int) sectors);
        }
        return -1;
    }

    private int tellExtensions(RegisterFrame call) {
        if (call.bx() != EXTENSIONS_ASKED) {
            return INVALID;
        }
        call.bx(EXTENSIONS_THERE).cx(EXTENDED_ACCESS).ah(EXTENSIONS_VERSION);
        return -1;
    }

    /** DS:SI: bytes of the packet, 0, count of sectors, far address of the buffer, number of the first sector. */
    private int transferByPacket(RegisterFrame call, DiskImage image) {
        long packet = RealModeMemory.address(call.ds(), call.si());
        int bytes = memory.getByte(packet);
        int count = memory.getShort(packet + 2);
        if (bytes < PACKET_BYTES) {
            return INVALID;
        }
        int pointer = memory.getInt(packet + 4);
        boolean flat = pointer == -1 && bytes >= PACKET_WITH_FLAT_ADDRESS;
        long address = flat ? memory.getLong(packet + 16) : RealModeMemory.address(pointer >>> Short.SIZE, pointer);
        long first = memory.getLong(packet + 8);
        int status = 0;
        int done = 0;
        while (done < count && status == 0) {
            long number = first < 0 || first > image.sectors() ? -1 : first + done;
            status = transfer(call.ah() - 0x42, image, number, address + (long) done * DiskImage.SECTOR_BYTES);
            done += status == 0 ? 1 : 0;
        }
        memory.putShort(packet + 2, done);
        return status;
    }

    private int tellParameters(RegisterFrame call, DiskImage image) {
        long buffer = RealModeMemory.address(call.ds(), call.si());
        if (memory.getShort(buffer) < PARAMETERS_BYTES) {
            return INVALID;
        }
        DiskGeometry geometry = image.geometry();
        memory.putShort(buffer, PARAMETERS_BYTES);
        memory.putShort(buffer + 2, GEOMETRY_IS_VALID);
        memory.putInt(buffer + 4, geometry.cylinders());
        memory.putInt(buffer + 8, geometry.heads());
        memory.putInt(buffer + 12, geometry.sectors());
        memory.putLong(buffer + 16, image.sectors());
        memory.putShort(buffer + 24, DiskImage.SECTOR_BYTES);
        return 0;
    }
}
