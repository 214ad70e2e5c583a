package dev.kvmdap.dap;

import dev.kvmdap.engine.DebuggerMemory;
import dev.kvmdap.session.MemoryReference;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.ReadMemoryArguments;
import org.eclipse.lsp4j.debug.ReadMemoryResponse;

/**
 * {@code readMemory}: as many bytes as there are before the first hole, and how long the hole is. A reference that begins with
 * {@code p:} is a physical address; any other is a linear one, as the vCPU of the last stop translates it.
 */
final class ReadMemoryRequest implements RequestFamily {

    private static final int MOST_BYTES = 16 << 20;
    private static final int PAGE = 4096;

    private final Session session;

    ReadMemoryRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("readMemory", ReadMemoryArguments.class, EnumSet.of(SessionState.STOPPED), this::readMemory);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsReadMemoryRequest(true);
    }

    private ReadMemoryResponse readMemory(ReadMemoryArguments arguments) {
        int count = arguments.getCount();
        if (count < 0 || count > MOST_BYTES) {
            throw RequestFailure.badArguments(
                    "count: " + count + " bytes cannot be read at once; at most " + MOST_BYTES);
        }
        MemoryReference start = MemoryReference.parse(arguments.getMemoryReference())
                .plus(arguments.getOffset() == null ? 0 : arguments.getOffset());
        DebuggerMemory memory =
                session.guest().engine().cpu(session.stoppedVcpu()).memory();
        byte[] bytes = new byte[count];
        int read = read(memory, start, bytes, count);
        ReadMemoryResponse response = new ReadMemoryResponse();
        response.setAddress(start.toString());
        response.setData(Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, read)));
        if (read < count) {
            response.setUnreadableBytes(hole(memory, start.plus(read), count - read));
        }
        return response;
    }

    private static int read(DebuggerMemory memory, MemoryReference start, byte[] into, int length) {
        return start.physical()
                ? memory.readPhysical(start.address(), into, 0, length)
                : memory.read(start.address(), into, 0, length);
    }

    /** How many bytes from {@code start} on cannot be read, up to {@code limit}: memory comes and goes by pages. */
    private static int hole(DebuggerMemory memory, MemoryReference start, int limit) {
        byte[] probe = new byte[1];
        int length = 0;
        while (length < limit && read(memory, start.plus(length), probe, 1) == 0) {
            length += PAGE - (int) ((start.address() + length) & (PAGE - 1));
        }
        return Math.min(length, limit);
    }
}
