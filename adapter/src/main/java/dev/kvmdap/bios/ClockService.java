package dev.kvmdap.bios;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** INT 1Ah, time: ticks since power-on, which the ROM counts, and the real-time clock, in UTC, which cannot be set. */
final class ClockService implements Service {

    private final RealModeMemory memory;
    private final Clock clock;

    ClockService(RealModeMemory memory, Clock clock) {
        this.memory = memory;
        this.clock = clock;
    }

    @Override
    public Outcome serve(RegisterFrame call) {
        ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
        boolean known = true;
        switch (call.ah()) {
            case 0x00 -> {
                int ticks = memory.getInt(BiosDataArea.TICKS);
                call.cx(ticks >>> Short.SIZE).dx(ticks).al(memory.getByte(BiosDataArea.MIDNIGHT));
                memory.putByte(BiosDataArea.MIDNIGHT, 0);
            }
            case 0x01 -> {
                memory.putInt(BiosDataArea.TICKS, call.cx() << Short.SIZE | call.dx());
                memory.putByte(BiosDataArea.MIDNIGHT, 0);
            }
            case 0x02 -> call.cx(decimal(now.getHour(), now.getMinute())).dx(decimal(now.getSecond(), 0));
            case 0x04 ->
                call.cx(decimal(now.getYear() / 100, now.getYear() % 100))
                        .dx(decimal(now.getMonthValue(), now.getDayOfMonth()));
            case 0x03, 0x05 -> {
                // time and date are the host's
            }
            default -> known = false;
        }
        call.carry(!known);
        return Outcome.DONE;
    }

    /** Two numbers below 100, binary-coded decimal, in the high and the low byte. */
    private static int decimal(int high, int low) {
        return (decimal(high) << Byte.SIZE) | decimal(low);
    }

    private static int decimal(int number) {
        return number / 10 * 16 + number % 10;
    }
}
