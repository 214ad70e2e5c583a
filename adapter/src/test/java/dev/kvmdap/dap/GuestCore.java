package dev.kvmdap.dap;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A stopped guest as a core file, so that gdb sees the very registers and memory that we see: an ELF file with a note
 * NT_PRSTATUS, laid out as Linux does it, and one segment of memory.
 */
final class GuestCore {

    private static final List<String> ORDER_64 = List.of(
            "r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi",
            "rax", "rip", "cs", "rflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs");
    private static final List<String> ORDER_32 = List.of(
            "ebx", "ecx", "edx", "esi", "edi", "ebp", "eax", "ds", "es", "fs", "gs", "eax", "eip", "cs", "eflags",
            "esp", "ss");
    private static final int PAGE = 4096;

    private final DapTestClient client;
    private final boolean wide;

    private GuestCore(DapTestClient client, boolean wide) {
        this.client = client;
        this.wide = wide;
    }

    /**
     * Writes the state that a client's guest is in.
     *
     * @param start linear address of the memory to be written
     */
    static void write(Path file, DapTestClient client, int bits, long start, int bytes) {
        GuestCore core = new GuestCore(client, bits == 64);
        try {
            Files.write(file, core.file(start, core.memory(start, bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] memory(long start, int bytes) {
        JsonObject read = client.request(
                "readMemory", Map.of("memoryReference", "0x" + Long.toHexString(start), "offset", 0, "count", bytes));
        return Base64.getDecoder().decode(read.get("data").getAsString());
    }

    private byte[] file(long start, byte[] memory) {
        byte[] status = status();
        int headers = wide ? 64 + 2 * 56 : 52 + 2 * 32;
        int note = 12 + 8 + status.length;
        int offset = (headers + note + PAGE - 1) / PAGE * PAGE;
        ByteBuffer file = ByteBuffer.allocate(offset + memory.length).order(ByteOrder.LITTLE_ENDIAN);
        header(file);
        segment(file, 4, headers, 0, note);
        segment(file, 1, offset, start, memory.length);
        file.putInt(5).putInt(status.length).putInt(1);
        file.put("CORE\0\0\0\0".getBytes(StandardCharsets.US_ASCII)).put(status);
        file.position(offset).put(memory);
        return file.array();
    }

    private void header(ByteBuffer file) {
        file.put(new byte[] {0x7f, 'E', 'L', 'F', (byte) (wide ? 2 : 1), 1, 1, 0})
                .putLong(0);
        file.putShort((short) 4).putShort((short) (wide ? 62 : 3)).putInt(1);
        word(file, 0);
        word(file, wide ? 64 : 52);
        word(file, 0);
        file.putInt(0)
                .putShort((short) (wide ? 64 : 52))
                .putShort((short) (wide ? 56 : 32))
                .putShort((short) 2);
        file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    }

    private void segment(ByteBuffer file, int type, long offset, long address, long bytes) {
        file.putInt(type);
        if (wide) {
            file.putInt(7);
        }
        word(file, offset);
        word(file, address);
        word(file, address);
        word(file, bytes);
        word(file, bytes);
        if (!wide) {
            file.putInt(7);
        }
        word(file, type == 4 ? 4 : PAGE);
    }

    private void word(ByteBuffer file, long value) {
        if (wide) {
            file.putLong(value);
        } else {
            file.putInt((int) value);
        }
    }

    /** struct elf_prstatus of linux/elfcore.h, of which only the registers matter. */
    private byte[] status() {
        ByteBuffer status = ByteBuffer.allocate(wide ? 336 : 144).order(ByteOrder.LITTLE_ENDIAN);
        status.position(wide ? 32 : 24);
        status.putInt(1);
        status.position(wide ? 112 : 72);
        for (String name : wide ? ORDER_64 : ORDER_32) {
            word(status, Long.parseLong(client.evaluate("$" + name + ",d")));
        }
        return status.array();
    }
}
