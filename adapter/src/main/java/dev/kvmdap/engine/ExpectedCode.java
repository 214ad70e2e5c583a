package dev.kvmdap.engine;

import dev.kvmdap.symbols.CodeBytes;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The code that a breakpoint is meant for, as its image's file has it: by it a page is told from another one that the guest
 * has, for now, at the same address. Where no file tells, any code is right.
 */
final class ExpectedCode {

    /** Any code. */
    static final ExpectedCode ANY = new ExpectedCode(0, ByteBuffer.allocate(0), false);

    private final int before;
    private final ByteBuffer bytes;
    private final boolean ownsPage;

    private ExpectedCode(int before, ByteBuffer bytes, boolean ownsPage) {
        this.before = before;
        this.bytes = bytes;
        this.ownsPage = ownsPage;
    }

    static ExpectedCode of(GuestVirtual address, Optional<CodeBytes> file) {
        return file.map(code ->
                        new ExpectedCode((int) (address.address() - code.start()), code.bytes(), code.ownsPage()))
                .orElse(ANY);
    }

    /** Whether a file tells what the code is. */
    boolean isKnown() {
        return bytes.limit() > 0;
    }

    /**
     * Whether memory holds the code. Some of it may be otherwise, as where a kernel patches itself or is relocated.
     *
     * @param physical guest-physical address of the breakpoint
     */
    boolean isAt(long physical, DebuggerMemory memory) {
        if (!isKnown()) {
            return true;
        }
        byte[] there = new byte[bytes.limit()];
        int read = memory.readPhysical(physical - before, there, 0, there.length);
        int same = 0;
        for (int i = 0; i < read; i++) {
            same += there[i] == bytes.get(i) ? 1 : 0;
        }
        return 2 * same >= bytes.limit();
    }

    /**
     * A guard of the code: of that which the file tells, or of one byte.
     *
     * @param physical guest-physical address of the breakpoint
     */
    Guard guard(long physical, Consumer<Cpu> written) {
        return new Guard(physical - before, Math.max(1, bytes.limit()), ownsPage, written);
    }
}
