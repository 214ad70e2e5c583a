package dev.kvmdap.disassembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.disassembly.DecodedInstruction.Kind;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class InstructionStreamTest {

    private static final long CODE = 0x7000;
    private static final CodeSegment FLAT = new CodeSegment(0, 64);

    /** push rbp; mov rbp,rsp; sub rsp,0x10; mov DWORD PTR [rbp-0x4],0x1; call +0; leave; ret */
    private static final byte[] FUNCTION =
            HexFormat.of().parseHex("55" + "4889e5" + "4883ec10" + "c745fc01000000" + "e800000000" + "c9" + "c3");

    private static final long[] STARTS = {0, 1, 4, 8, 15, 20, 21};

    private final Disassembler disassembler = new Disassembler();
    private final TreeSet<Long> known = new TreeSet<>();
    private byte[] memory = FUNCTION;

    @Test
    void exactlyAsManyAsAreAskedForFromTheInstructionOn() {
        assertThat(addresses(stream().around(CODE, 0, 4))).containsExactly(CODE, CODE + 1, CODE + 4, CODE + 8);
        assertThat(addresses(stream().around(CODE, 2, 2))).containsExactly(CODE + 4, CODE + 8);
        assertThat(stream().around(CODE, 0, 0)).isEmpty();
        assertThat(stream().around(CODE, -3, 0)).isEmpty();
    }

    @Test
    void negativeOffsetsGoBackFromAKnownStart() {
        known.add(CODE);
        assertThat(addresses(stream().around(CODE + 20, -3, 5)))
                .containsExactly(CODE + 4, CODE + 8, CODE + 15, CODE + 20, CODE + 21);
        assertThat(addresses(stream().around(CODE + 20, -4, 2))).containsExactly(CODE + 1, CODE + 4);
    }

    @Test
    void negativeOffsetsFallIntoStepWhereNoStartIsKnown() {
        byte[] code = new byte[10 * FUNCTION.length];
        for (int i = 0; i < 10; i++) {
            System.arraycopy(FUNCTION, 0, code, i * FUNCTION.length, FUNCTION.length);
        }
        memory = code;
        long anchor = CODE + 9L * FUNCTION.length;
        assertThat(addresses(stream().around(anchor, -35, 35)))
                .containsExactlyElementsOf(LongStream.range(0, 5)
                        .flatMap(copy ->
                                LongStream.of(STARTS).map(start -> anchor + (copy - 5) * FUNCTION.length + start))
                        .boxed()
                        .toList());
    }

    @Test
    void everyPlaceOfTheViewIsReachedWithTheSameInstructions() {
        known.add(CODE);
        List<Long> whole = addresses(stream().around(CODE, 0, STARTS.length));
        for (int index = 0; index < STARTS.length; index++) {
            assertThat(addresses(stream().around(CODE + STARTS[index], -index, STARTS.length)))
                    .isEqualTo(whole);
        }
    }

    @Test
    void holesArePaddedByteByByte() {
        List<DecodedInstruction> around = stream().around(CODE + 20, -8, 12);
        assertThat(addresses(around).subList(0, 4)).containsExactly(CODE - 3, CODE - 2, CODE - 1, CODE);
        assertThat(around.stream().map(DecodedInstruction::kind).limit(3)).containsOnly(Kind.UNREADABLE);
        assertThat(addresses(around).subList(8, 12)).containsExactly(CODE + 20, CODE + 21, CODE + 22, CODE + 23);
        assertThat(around.get(10).kind()).isEqualTo(Kind.UNREADABLE);
    }

    @Test
    void anInstructionThatReachesIntoAHoleIsNone() {
        memory = HexFormat.of().parseHex("90e80000");
        assertThat(stream().around(CODE, 0, 5).stream().map(DecodedInstruction::kind))
                .containsExactly(Kind.PLAIN, Kind.INVALID, Kind.PLAIN, Kind.UNREADABLE, Kind.UNREADABLE);
    }

    @Test
    void dataInFrontOfAKnownStartDoesNotSwallowIt() {
        memory = HexFormat.of().parseHex("c3" + "b8" + "5589e5c3");
        known.add(CODE);
        known.add(CODE + 2);
        assertThat(addresses(stream().around(CODE, 0, 4))).containsExactly(CODE, CODE + 1, CODE + 2, CODE + 3);
        assertThat(addresses(stream().around(CODE + 2, -2, 3))).containsExactly(CODE, CODE + 1, CODE + 2);
    }

    @Test
    void theInstructionBeforeIsTheOneThatEndsThere() {
        known.add(CODE);
        assertThat(stream().previous(CODE + 15).map(DecodedInstruction::address))
                .contains(CODE + 8);
        assertThat(stream().previous(CODE + 15).map(instruction -> instruction.text(Syntax.INTEL)))
                .contains("mov DWORD PTR [rbp-0x4],0x1");
        assertThat(stream().previous(CODE)).isEmpty();
        known.clear();
        assertThat(stream().previous(CODE + 15).map(DecodedInstruction::address))
                .contains(CODE + 8);
    }

    @Test
    void branchesIn16BitCodeStayInTheirSegment() {
        CodeSegment segment = new CodeSegment(0xf0000, 16);
        byte[] jump = HexFormat.of().parseHex("ebfe" + "e9fd7f");
        assertThat(disassembler.decode(jump, 0, 5, 0xf1000, segment).target()).hasValue(0xf1000);
        assertThat(disassembler.decode(jump, 2, 3, 0xf9000, segment).target()).hasValue(0xf1000);
        assertThat(new CodeSegment(0, 32).target(0xffff_fff0L, 0x20, 4)).isEqualTo(0x10);
    }

    @Test
    void arbitraryBytesDecodeToSomethingOfBoundedLength() {
        byte[] code = new byte[1 << 16];
        new Random(1).nextBytes(code);
        for (int bits : new int[] {16, 32, 64}) {
            CodeSegment segment = new CodeSegment(0, bits);
            for (int i = 0; i < code.length; i++) {
                int available = Math.min(code.length - i, 1 + i % 20);
                DecodedInstruction instruction = disassembler.decode(code, i, available, i, segment);
                assertThat(instruction.length()).isBetween(1, Math.min(available, Disassembler.MOST_BYTES));
                assertThat(instruction.text(Syntax.INTEL)).isNotBlank();
                assertThat(instruction.text(Syntax.ATT)).isNotBlank();
                int length = disassembler.length(code, i, available, bits);
                assertThat(length).isEqualTo(instruction.isValid() ? instruction.length() : 0);
            }
        }
    }

    private static List<Long> addresses(List<DecodedInstruction> instructions) {
        return instructions.stream().map(DecodedInstruction::address).toList();
    }

    private InstructionStream stream() {
        return new InstructionStream(disassembler, this::read, this::start, FLAT);
    }

    private OptionalLong start(long linear) {
        Long start = known.floor(linear);
        return start == null ? OptionalLong.empty() : OptionalLong.of(start);
    }

    private int read(long linear, byte[] into, int from, int length) {
        long index = linear - CODE;
        if (index < 0 || index >= memory.length) {
            return 0;
        }
        int copied = (int) Math.min(length, memory.length - index);
        System.arraycopy(memory, (int) index, into, from, copied);
        return copied;
    }
}
