package dev.kvmdap.session;

import dev.kvmdap.device.ByteSink;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * What a guest prints, byte for byte on a stream. A reader that is slow holds the guest up: nothing is lost. Where nobody
 * reads any more, the rest is dropped.
 */
final class SerialStream implements ByteSink {

    private final OutputStream out;
    private boolean broken;

    SerialStream(OutputStream out) {
        this.out = new BufferedOutputStream(out);
    }

    /** Takes the next byte; on a vCPU's thread. */
    @Override
    public synchronized void accept(byte next) {
        write(next == '\n', next);
    }

    /** Passes on what has been taken. On any thread. */
    synchronized void flush() {
        write(true);
    }

    private void write(boolean flush, byte... bytes) {
        if (broken) {
            return;
        }
        try {
            out.write(bytes);
            if (flush) {
                out.flush();
            }
        } catch (IOException e) {
            broken = true;
            System.getLogger(SerialStream.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "the guest''s output can no longer be written: {0}",
                            e.getMessage());
        }
    }
}
