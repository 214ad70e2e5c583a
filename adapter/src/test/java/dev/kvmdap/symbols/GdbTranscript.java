package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.NoValueException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What {@code transcript.py} has gdb say of a program at each of its stops. */
final class GdbTranscript {

    private final List<Stop> stops = new ArrayList<>();

    private GdbTranscript() {}

    /** A variable and its value, in gdb's words. */
    record Printed(String name, String type, String value) {}

    /** A frame, in gdb's words. */
    record Frame(int level, long pc, String kind, String function, String file, int line, List<Printed> variables) {

        @Override
        public String toString() {
            return function + " " + file + ":" + line;
        }
    }

    /** One stop: the state for us to read, and what gdb says of it. */
    record Stop(State state, List<Frame> frames, List<Printed> globals) {

        private void read(String[] parts) {
            switch (parts[0]) {
                case "REGISTER" ->
                    state.registers.set(Integer.parseInt(parts[1]), Long.parseUnsignedLong(parts[2], 16));
                case "WIDE" ->
                    state.wide.put(Integer.parseInt(parts[1]), HexFormat.of().parseHex(parts[2]));
                case "MEMORY" ->
                    state.mappings.add(new State.Mapping(
                            Long.parseUnsignedLong(parts[1], 16),
                            Integer.parseInt(parts[2]),
                            Integer.parseInt(parts[3])));
                case "FRAME" ->
                    frames.add(new Frame(
                            Integer.parseInt(parts[1]),
                            Long.parseUnsignedLong(parts[2], 16),
                            parts[3],
                            parts[4],
                            parts[5],
                            Integer.parseInt(parts[6]),
                            new ArrayList<>()));
                case "VARIABLE" ->
                    frames.get(frames.size() - 1).variables.add(new Printed(parts[1], parts[2], parts[3]));
                case "GLOBAL" -> globals.add(new Printed(parts[1], parts[2], parts[3]));
                default -> throw new AssertionError(parts[0]);
            }
        }
    }

    /** Registers of the innermost frame and the memory around. */
    static final class State implements MemoryReader, FrameState {
        private final FrameRegisters registers;
        private final Map<Integer, byte[]> wide = new HashMap<>();
        private final List<Mapping> mappings = new ArrayList<>();
        private final ByteBuffer memory;

        private record Mapping(long start, int offset, int length) {}

        private State(int bits, ByteBuffer memory) {
            this.registers = bits == 64 ? FrameRegisters.x86_64() : FrameRegisters.i386();
            this.memory = memory;
        }

        FrameRegisters registers() {
            return registers;
        }

        @Override
        public boolean read(long linear, byte[] into) {
            for (Mapping mapping : mappings) {
                long start = linear - mapping.start;
                if (start >= 0 && start <= mapping.length - into.length) {
                    memory.get(mapping.offset + (int) start, into);
                    return true;
                }
            }
            return false;
        }

        @Override
        public int wordSize() {
            return registers.wordSize();
        }

        @Override
        public long register(int number) {
            if (!registers.has(number)) {
                return register(number, 0);
            }
            return registers.get(number);
        }

        @Override
        public long register(int number, int offset) {
            if (registers.has(number) && offset == 0) {
                return registers.get(number);
            }
            byte[] bytes = wide.get(number);
            if (bytes == null || offset >= bytes.length) {
                throw new NoValueException("is in register " + number + ", which gdb was not asked for");
            }
            return ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset, offset + 8))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
        }

        @Override
        public long memory(long linear, int count) {
            byte[] bytes = new byte[count];
            if (!read(linear, bytes)) {
                throw new NoValueException("lies in memory that gdb was not asked for");
            }
            long value = 0;
            for (int i = count - 1; i >= 0; i--) {
                value = value << Byte.SIZE | (bytes[i] & 0xff);
            }
            return value;
        }
    }

    /** Runs a program under gdb up to each call of {@code stop}. */
    static GdbTranscript of(Toolchain tools, int bits, String program) {
        return of(tools, bits, program, 0);
    }

    /** Runs a program under gdb, step by step from {@code run} on. */
    static GdbTranscript ofSteps(Toolchain tools, int bits, String program, int steps) {
        return of(tools, bits, program, steps);
    }

    private static GdbTranscript of(Toolchain tools, int bits, String program, int steps) {
        tools.source(GdbTranscript.class, "transcript.py");
        String setting = steps == 0 ? "echo" : "set $steps = " + steps;
        String output = tools.run("gdb", "-nx", "-batch", "-ex", setting, "-x", "transcript.py", program);
        try {
            ByteBuffer memory = ByteBuffer.wrap(Files.readAllBytes(tools.file("memory.bin")));
            GdbTranscript transcript = new GdbTranscript();
            transcript.read(bits, Files.readAllLines(tools.file("transcript.txt")), memory);
            assertThat(transcript.stops).as(output).isNotEmpty();
            return transcript;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Stop> stops() {
        return stops;
    }

    private void read(int bits, List<String> lines, ByteBuffer memory) {
        for (String line : lines) {
            String[] parts = line.split("\t", -1);
            if (parts[0].equals("STOP")) {
                stops.add(new Stop(new State(bits, memory), new ArrayList<>(), new ArrayList<>()));
            } else {
                stops.get(stops.size() - 1).read(parts);
            }
        }
    }
}
