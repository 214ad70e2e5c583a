package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.NoValueException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sample guest, run by gdb as a program of the host up to one place: what gdb says of the stop, and the registers and
 * stack for us to say the same from.
 */
final class GdbSession implements MemoryReader, FrameState {

    private static final int STACK_SIZE = 512;
    private static final List<String> NAMES_32 = List.of("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip");
    private static final List<String> NAMES_64 = List.of(
            "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15", "rip");

    private final String output;
    private final FrameRegisters registers;
    private final byte[] stack;

    /**
     * @param stop a gdb command that sets a breakpoint
     * @param questions gdb commands to run at the stop
     */
    GdbSession(SampleGuest guest, int bits, String stop, String... questions) {
        List<String> command = new ArrayList<>(List.of("gdb", "-nx", "-batch", "-ex", stop, "-ex", "run"));
        for (String name : bits == 32 ? NAMES_32 : NAMES_64) {
            command.addAll(List.of("-ex", "printf \"%s = %%lx\\n\", (long)$%s".formatted(name, name)));
        }
        command.addAll(List.of("-ex", "dump binary memory stack.bin $sp $sp+" + STACK_SIZE));
        for (String question : questions) {
            command.addAll(List.of("-ex", question));
        }
        command.add("guest.elf");
        output = guest.tools().run(command.toArray(String[]::new));
        registers = bits == 32 ? FrameRegisters.i386() : FrameRegisters.x86_64();
        readRegisters(bits == 32 ? NAMES_32 : NAMES_64);
        try {
            stack = Files.readAllBytes(guest.tools().file("stack.bin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readRegisters(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            Matcher value =
                    Pattern.compile("(?m)^%s = (\\w+)$".formatted(names.get(i))).matcher(output);
            assertThat(value.find()).as(output).isTrue();
            registers.set(i, Long.parseUnsignedLong(value.group(1), 16));
        }
    }

    /** All that gdb said. */
    String output() {
        return output;
    }

    FrameRegisters registers() {
        return registers;
    }

    @Override
    public int wordSize() {
        return registers.wordSize();
    }

    @Override
    public long register(int number) {
        if (!registers.has(number)) {
            throw new NoValueException("is in register " + number + ", which gdb was not asked for");
        }
        return registers.get(number);
    }

    @Override
    public long memory(long linear, int bytes) {
        byte[] read = new byte[bytes];
        if (!read(linear, read)) {
            throw new NoValueException("lies outside of the stack");
        }
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (read[i] & 0xff);
        }
        return value;
    }

    @Override
    public boolean read(long linear, byte[] into) {
        long offset = linear - registers.stackPointer();
        if (offset < 0 || offset > stack.length - into.length) {
            return false;
        }
        System.arraycopy(stack, (int) offset, into, 0, into.length);
        return true;
    }
}
