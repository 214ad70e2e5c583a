package dev.kvmdap.view;

import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.IntegerType.Rank;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import java.util.ArrayList;
import java.util.List;

/** The readings of a vector register, named as gdb does: {@code $xmm0.v4_float[1]}. */
final class VectorTypes {

    /** A register of the x87 stack (SDM vol. 1, 4.2.2). */
    static final FloatType EXTENDED = new FloatType("long double", FloatType.EXTENDED_BYTES);

    private static final IntegerType INT8 = new IntegerType("int8_t", Rank.SHORT, 1, true);
    private static final IntegerType INT16 = new IntegerType("int16_t", Rank.SHORT, 2, true);
    private static final IntegerType INT32 = new IntegerType("int32_t", Rank.INT, 4, true);
    private static final IntegerType INT64 = new IntegerType("int64_t", Rank.LONG, 8, true);
    private static final IntegerType UINT128 = new IntegerType("uint128_t", Rank.INT_128, 16, false);

    private static final StructType VEC128 = union(16);
    private static final StructType VEC256 = union(32);
    private static final StructType VEC512 = union(64);

    private VectorTypes() {}

    /** The type of a vector of 16, 32 or 64 bytes. */
    static Type of(int bytes) {
        return switch (bytes) {
            case 16 -> VEC128;
            case 32 -> VEC256;
            default -> VEC512;
        };
    }

    private static StructType union(int bytes) {
        List<Member> members = new ArrayList<>();
        members.add(vector("float", FloatType.FLOAT, bytes));
        members.add(vector("double", FloatType.DOUBLE, bytes));
        members.add(vector("int8", INT8, bytes));
        members.add(vector("int16", INT16, bytes));
        members.add(vector("int32", INT32, bytes));
        members.add(vector("int64", INT64, bytes));
        members.add(bytes == 16 ? Member.of("uint128", UINT128, 0) : vector("int128", UINT128, bytes));
        return new StructType(StructType.Kind.UNION, "vec" + Byte.SIZE * bytes, bytes, () -> List.copyOf(members));
    }

    private static Member vector(String element, Type type, int bytes) {
        long count = bytes / type.bytes();
        return Member.of("v" + count + "_" + element, new ArrayType(type, count), 0);
    }
}
