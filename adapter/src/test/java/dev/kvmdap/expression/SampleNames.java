package dev.kvmdap.expression;

import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names of a made-up machine: each operand reads its value from the state, a map. */
final class SampleNames implements Names<Map<String, Long>> {

    private final Map<String, Operand<Map<String, Long>>> registers = new HashMap<>();
    private final Map<String, Operand<Map<String, Long>>> variables = new HashMap<>();

    SampleNames register(String name, int bytes) {
        registers.put(name, operand("$" + name, IntegerType.unsigned(bytes), Format.HEXADECIMAL));
        return this;
    }

    SampleNames variable(String name, Type type) {
        variables.put(name, operand(name, type, Format.NATURAL));
        return this;
    }

    @Override
    public Optional<Operand<Map<String, Long>>> register(String name) {
        return Optional.ofNullable(registers.get(name));
    }

    @Override
    public Optional<Operand<Map<String, Long>>> variable(String name) {
        if (name.equals("a_struct")) {
            throw new UnreadableException("'a_struct' is a structure of 24 bytes, not an integer");
        }
        return Optional.ofNullable(variables.get(name));
    }

    private static Operand<Map<String, Long>> operand(String key, Type type, Format format) {
        return new Operand<>(type, format, Place.of(state -> {
            Long value = state.get(key);
            if (value == null) {
                throw new UnreadableException("'" + key + "' lies in memory that is not mapped");
            }
            return value;
        }));
    }
}
