package dev.kvmdap.dap;

import dev.kvmdap.session.MemoryReference;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.ReadMemoryArguments;
import org.eclipse.lsp4j.debug.ReadMemoryResponse;
import org.eclipse.lsp4j.debug.WriteMemoryArguments;
import org.eclipse.lsp4j.debug.WriteMemoryResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code readMemory}: as many bytes as there are before the first hole, and how long the hole is; and {@code writeMemory}. A
 * reference that begins with {@code p:} is a physical address; any other is a linear one, as the vCPU of the last stop translates
 * it.
 */
final class MemoryRequests implements RequestFamily {

    private static final Set<SessionState> STOPPED = EnumSet.of(SessionState.STOPPED);
    private static final int MOST_BYTES = 16 << 20;
    private static final int PAGE = 4096;

    private final Session session;

    MemoryRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("readMemory", ReadMemoryArguments.class, STOPPED, this::readMemory);
        table.on("writeMemory", WriteMemoryArguments.class, STOPPED, this::writeMemory);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsReadMemoryRequest(true);
        capabilities.setSupportsWriteMemoryRequest(true);
    }

    private ReadMemoryResponse readMemory(ReadMemoryArguments arguments) {
        int count = arguments.getCount();
        if (count < 0 || count > MOST_BYTES) {
            throw RequestFailure.badArguments(
                    "count: " + count + " bytes cannot be read at once; at most " + MOST_BYTES);
        }
        int offset = offset(arguments.getOffset());
        MemoryReference start =
                MemoryReference.parse(arguments.getMemoryReference()).plus(offset);
        session.guest().changes().viewed(arguments.getMemoryReference(), offset, count);
        byte[] bytes = new byte[count];
        int read = read(start, bytes);
        ReadMemoryResponse response = new ReadMemoryResponse();
        response.setAddress(start.toString());
        response.setData(Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, read)));
        if (read < count) {
            response.setUnreadableBytes(hole(start.plus(read), count - read));
        }
        return response;
    }

    private static int offset(@Nullable Integer given) {
        return given == null ? 0 : given;
    }

    private int read(MemoryReference start, byte[] into) {
        return session.guest().read(session.stoppedVcpu(), start, into);
    }

    /** How many bytes from {@code start} on cannot be read, up to {@code limit}: memory comes and goes by pages. */
    private int hole(MemoryReference start, int limit) {
        byte[] probe = new byte[1];
        int length = 0;
        while (length < limit && read(start.plus(length), probe) == 0) {
            length += PAGE - (int) ((start.address() + length) & (PAGE - 1));
        }
        return Math.min(length, limit);
    }

    private WriteMemoryResponse writeMemory(WriteMemoryArguments arguments) {
        byte[] bytes = bytes(arguments.getData());
        MemoryReference start =
                MemoryReference.parse(arguments.getMemoryReference()).plus(offset(arguments.getOffset()));
        int room = read(start, new byte[bytes.length]);
        if (room < bytes.length && !Boolean.TRUE.equals(arguments.getAllowPartial())) {
            throw RequestFailure.badArguments("there is no memory at %s: %d of %d bytes from %s on could be written"
                    .formatted(start.plus(room), room, bytes.length, start));
        }
        int written = session.guest().write(session.stoppedVcpu(), start, Arrays.copyOf(bytes, room));
        session.valuesChanged();
        WriteMemoryResponse response = new WriteMemoryResponse();
        response.setOffset(0);
        response.setBytesWritten(written);
        return response;
    }

    private static byte[] bytes(String data) {
        if (data.length() / 4 * 3 > MOST_BYTES + 2) {
            throw RequestFailure.badArguments("data: at most " + MOST_BYTES + " bytes can be written at once");
        }
        try {
            return Base64.getDecoder().decode(data);
        } catch (IllegalArgumentException wrong) {
            throw RequestFailure.badArguments("data: it is not in Base64: " + wrong.getMessage());
        }
    }
}
