package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Builds the guest that debugs itself, and reads what it has written down of what it saw. */
final class SelfDebuggingGuest {

    private static final int ENTRY_BYTES = 32;
    private static final int IMAGE = 0x100;
    private static final int REGISTERS = 0x200;

    private final Toolchain toolchain;
    private final Path image;
    private final Path source;
    private final CpuMode mode;

    SelfDebuggingGuest(Path folder, int bits) {
        toolchain = new Toolchain(folder);
        source = toolchain.source(SelfDebuggingGuest.class, "self-debugging.s");
        String format = bits == 64 ? "--64" : "--32";
        String emulation = bits == 64 ? "elf_x86_64" : "elf_i386";
        String address = bits == 16 ? "0x7c00" : "0x100000";
        toolchain.run("as", format, "-g", "--defsym", "MODE=" + bits, "-o", "guest.o", source.toString());
        toolchain.run("ld", "-m", emulation, "-Ttext=" + address, "-e", "start", "-o", "guest.elf", "guest.o");
        image = toolchain.file("guest.elf");
        mode = bits == 16 ? CpuMode.REAL : bits == 32 ? CpuMode.PROTECTED : CpuMode.LONG;
    }

    DebuggedGuest start(HostFindings host) {
        BootConfiguration boot =
                new BootConfiguration(image, BootProtocol.ELF, mode, null, null, "", List.of(), null, null);
        return new DebuggedGuest(boot, image, source, 1, host);
    }

    long address(String symbol) {
        return ElfFile.open(image).symbols().named(symbol).get(0).value();
    }

    /** The addresses of all instructions. */
    List<Long> instructions() {
        Pattern row = Pattern.compile("^ *([0-9a-f]+):\t", Pattern.MULTILINE);
        String machine = mode == CpuMode.REAL ? "i8086" : mode == CpuMode.PROTECTED ? "i386" : "i386:x86-64";
        String listing = toolchain.run(
                "objdump", "-d", "-w", "-m", machine, "--stop-address=" + address("table"), image.toString());
        return row.matcher(listing)
                .results()
                .map(match -> Long.parseLong(match.group(1), 16))
                .toList();
    }

    /** What the guest has written down so far, an entry a line. */
    List<String> log(DebuggedGuest guest) {
        long begin = address("entries");
        long pointer = address("log");
        return guest.ask(engine -> {
            DebuggerMemory memory = engine.cpu(0).memory();
            byte[] bytes = new byte[(int) (memory.number(pointer, 4).orElseThrow() - begin)];
            assertThat(memory.read(begin, bytes, 0, bytes.length)).isEqualTo(bytes.length);
            ByteBuffer entries = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            List<String> lines = new ArrayList<>();
            for (int at = 0; at < bytes.length; at += ENTRY_BYTES) {
                lines.add(line(engine, entries, at));
            }
            return lines;
        });
    }

    private static String line(Engine engine, ByteBuffer entries, int at) {
        int what = entries.getInt(at);
        if (what == REGISTERS) {
            StringBuilder registers = new StringBuilder("registers:");
            for (int i = 1; i <= 6; i++) {
                registers.append(String.format(Locale.ROOT, " %x", entries.getInt(at + 4 * i)));
            }
            return registers.toString();
        }
        if (what == IMAGE) {
            return String.format(Locale.ROOT, "flags: %x", entries.getInt(at + 8));
        }
        long ip = Integer.toUnsignedLong(entries.getInt(at + 4));
        return String.format(
                Locale.ROOT,
                "vector %d at %s, flags %x, DR6 %x, DR7 %x",
                what,
                engine.symbols().describe(new GuestVirtual(ip).address()),
                entries.getInt(at + 8),
                entries.getInt(at + 12),
                entries.getInt(at + 16));
    }
}
