package dev.kvmdap.bios;

import dev.kvmdap.device.ByteSink;
import dev.kvmdap.device.DiskImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * INT 18h and 19h, booting, and exceptions that the guest handles none of: what cannot go on says why and halts. INT 19h reads the
 * boot sector again and starts it.
 */
final class BootService implements Service {

    /** Physical address that boot sectors are loaded to. */
    static final int BOOT_SECTOR = 0x7c00;

    private static final int DIVIDE_ERROR = 0x00;
    private static final int BOOTSTRAP = 0x19;
    private static final int NO_BOOT_DEVICE = 0x18;

    private final RealModeMemory memory;
    private final @Nullable DiskImage disk;
    private final ByteSink printed;

    BootService(RealModeMemory memory, @Nullable DiskImage disk, ByteSink printed) {
        this.memory = memory;
        this.disk = disk;
        this.printed = printed;
    }

    @Override
    public Outcome serve(RegisterFrame call) {
        switch (call.vector()) {
            case BOOTSTRAP -> {
                return boot(call);
            }
            case NO_BOOT_DEVICE -> print("BIOS: nothing to boot from");
            default ->
                print("BIOS: %s at %04x:%04x, and the guest does not handle it"
                        .formatted(
                                call.vector() == DIVIDE_ERROR ? "divide error" : "invalid opcode",
                                call.cs(),
                                call.ip()));
        }
        return Outcome.HALTED;
    }

    private Outcome boot(RegisterFrame call) {
        byte[] sector = new byte[DiskImage.SECTOR_BYTES];
        if (disk == null) {
            print("BIOS: nothing to boot from");
            return Outcome.HALTED;
        }
        try {
            disk.read(0, sector, 0);
        } catch (IOException e) {
            print("BIOS: the boot sector cannot be read: " + e.getMessage());
            return Outcome.HALTED;
        }
        memory.write(BOOT_SECTOR, sector);
        Drive drive = disk.geometry().diskette() ? Drive.DISKETTE : Drive.DISK;
        call.dx(drive.number()).returnTo(0, BOOT_SECTOR);
        return Outcome.DONE;
    }

    private void print(String text) {
        for (byte next : (text + "\n").getBytes(StandardCharsets.UTF_8)) {
            printed.accept(next);
        }
    }
}
