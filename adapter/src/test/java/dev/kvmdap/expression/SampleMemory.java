package dev.kvmdap.expression;

import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.IntegerType.Rank;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * Variables of all kinds of types in a few hundred bytes of memory, as {@code compared.h} has them too. The state of an
 * evaluation is the memory, little-endian.
 */
final class SampleMemory implements Names<ByteBuffer>, Memory<ByteBuffer> {

    static final long BASE = 0x1000_0000L;
    static final int BYTES = 512;
    private static final int ROOM = 16;

    /** A variable, and its type as C declares it. */
    record Variable(Type type, int offset) {}

    private final DataModel model;
    private final StructType node;
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private int end;

    SampleMemory(DataModel model) {
        this.model = model;
        this.node = new StructType(StructType.Kind.STRUCT, "node", 25 + model.pointerBytes(), this::members);
        integer("a", Rank.CHAR, true);
        integer("b", Rank.CHAR, false);
        integer("c", Rank.SHORT, true);
        integer("d", Rank.SHORT, false);
        integer("e", Rank.INT, true);
        integer("f", Rank.INT, false);
        integer("g", Rank.LONG, true);
        integer("h", Rank.LONG, false);
        integer("i", Rank.LONG_LONG, true);
        integer("j", Rank.LONG_LONG, false);
        variable("k", IntegerType.CHAR);
        variable("l", IntegerType.BOOL);
        variable("m", FloatType.FLOAT);
        variable("n", FloatType.DOUBLE);
        variable("whole", new ArrayType(IntegerType.INT, 6));
        variable("little", new ArrayType(short_(), 6));
        variable("reals", new ArrayType(FloatType.DOUBLE, 3));
        variable("grid", new ArrayType(new ArrayType(IntegerType.INT, 4), 3));
        variable("s", node);
        variable("p", model.pointer(IntegerType.INT));
        variable("q", model.pointer(short_()));
        variable("r", model.pointer(FloatType.DOUBLE));
        variable("t", model.pointer(node));
        variable("u", model.pointer(new ArrayType(IntegerType.INT, 4)));
        variable("v", model.pointer(IntegerType.CHAR));
    }

    private IntegerType short_() {
        return model.integer(Rank.SHORT, true);
    }

    private List<Member> members() {
        return List.of(
                Member.of("all", IntegerType.INT, 0),
                Member.of("real", FloatType.FLOAT, 4),
                Member.of("three", new ArrayType(IntegerType.INT, 3), 8),
                new Member("five", IntegerType.UNSIGNED_INT, 20, 0, 5),
                new Member("seven", IntegerType.INT, 20, 5, 7),
                new Member("nineteen", IntegerType.UNSIGNED_INT, 21, 4, 19),
                new Member("one", IntegerType.BOOL, 23, 7, 1),
                Member.of("next", model.pointer(node), 24),
                Member.of("last", IntegerType.of(1, true), 24 + model.pointerBytes()));
    }

    private void integer(String name, Rank rank, boolean signed) {
        variable(name, model.integer(rank, signed));
    }

    private void variable(String name, Type type) {
        variables.put(name, new Variable(type, end));
        end += (int) (type.bytes() + ROOM - 1) / ROOM * ROOM;
    }

    /** All variables by name. */
    Map<String, Variable> variables() {
        return variables;
    }

    /** Numbers of all sizes, and pointers that lead to the variables. */
    byte[] fill(Random random) {
        byte[] bytes = new byte[BYTES];
        ByteBuffer memory = memory(bytes);
        for (int i = 0; i < BYTES; i++) {
            memory.put(i, (byte) random.nextInt());
        }
        variables.forEach((name, variable) -> {
            Type type = variable.type();
            if (type instanceof IntegerType integer) {
                long number = integer.convert(random.nextLong() >> random.nextInt(64));
                write(memory, AddressSpace.LINEAR, BASE + variable.offset(), integer.width(), number);
            } else if (type == FloatType.FLOAT) {
                memory.putFloat(variable.offset(), real(random));
            } else if (type == FloatType.DOUBLE) {
                memory.putDouble(variable.offset(), real(random) / 3.0);
            }
        });
        for (int i = 0; i < 3; i++) {
            memory.putDouble(offset("reals") + Double.BYTES * i, real(random) * 1.7);
        }
        memory.putFloat(offset("s") + 4, real(random));
        point(memory, offset("s") + 24, offset("s"));
        point(memory, offset("p"), offset("whole") + 8);
        point(memory, offset("q"), offset("little") + 4);
        point(memory, offset("r"), offset("reals") + 8);
        point(memory, offset("t"), offset("s"));
        point(memory, offset("u"), offset("grid") + 16);
        point(memory, offset("v"), offset("whole") + 3);
        return bytes;
    }

    private static float real(Random random) {
        return (random.nextInt(4000) - 2000) / (float) (1 + random.nextInt(9));
    }

    private int offset(String name) {
        return Objects.requireNonNull(variables.get(name), name).offset();
    }

    private void point(ByteBuffer memory, int at, int target) {
        write(memory, AddressSpace.LINEAR, BASE + at, model.pointerBytes(), BASE + target);
    }

    static ByteBuffer memory(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Optional<Operand<ByteBuffer>> register(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<Operand<ByteBuffer>> variable(String name) {
        return Optional.ofNullable(variables.get(name))
                .map(found ->
                        Operand.of(found.type(), Place.at(AddressSpace.LINEAR, state -> BASE + found.offset(), this)));
    }

    @Override
    public Optional<Type> type(TypeName name) {
        return name.toString().equals("struct node") ? Optional.of(node) : Optional.empty();
    }

    @Override
    public DataModel model() {
        return model;
    }

    @Override
    public Memory<ByteBuffer> memory() {
        return this;
    }

    @Override
    public long read(ByteBuffer state, AddressSpace space, long address, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (state.get(index(address + i)) & 0xff);
        }
        return value;
    }

    @Override
    public void write(ByteBuffer state, AddressSpace space, long address, int bytes, long value) {
        for (int i = 0; i < bytes; i++) {
            state.put(index(address + i), (byte) (value >>> (Byte.SIZE * i)));
        }
    }

    private static int index(long address) {
        if (address < BASE || address >= BASE + BYTES) {
            throw new UnreadableException("there is no memory at 0x" + Long.toHexString(address));
        }
        return (int) (address - BASE);
    }

    /** The variables as macros of C. */
    String declarations() {
        StringBuilder c = new StringBuilder();
        variables.forEach((name, variable) -> c.append("typedef %s;%n#define %s AT(%s_t, %d)%n"
                .formatted(variable.type().declaration(name + "_t"), name, name, variable.offset())));
        return c.toString();
    }

    /** The type of the pointers that arrays become. */
    PointerType pointerTo(Type target) {
        return model.pointer(target);
    }
}
