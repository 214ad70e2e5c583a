package dev.kvmdap.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentDescriptorTest {

    @Test
    void flat32BitCode() {
        SegmentDescriptor code = SegmentDescriptor.decode(0x00cf_9a00_0000_ffffL);

        assertThat(code).isEqualTo(new SegmentDescriptor(0, 0xf_ffff, 0xa, false, 0, true, false, false, true, true));
        assertThat(code.lastOffset()).isEqualTo(0xffff_ffffL);
        assertThat(code.encode()).isEqualTo(0x00cf_9a00_0000_ffffL);
    }

    @Test
    void userCodeOfLongMode() {
        SegmentDescriptor code = SegmentDescriptor.decode(0x0020_fa00_0000_0000L);

        assertThat(code.longMode()).isTrue();
        assertThat(code.big()).isFalse();
        assertThat(code.dpl()).isEqualTo(3);
        assertThat(code.lastOffset()).isZero();
    }

    @Test
    void baseAndLimitAreGatheredFromTheirPieces() {
        SegmentDescriptor data = SegmentDescriptor.decode(0x124f_9234_5678_9abcL);

        assertThat(data.base()).isEqualTo(0x1234_5678);
        assertThat(data.limit()).isEqualTo(0xf_9abc);
        assertThat(data.lastOffset()).as("in bytes").isEqualTo(0xf_9abc);
    }

    @Test
    void tssOfLongModeTakes16Bytes() {
        SegmentDescriptor tss = SegmentDescriptor.decode(0x1200_8934_5678_0067L, 0xffff_8000L);

        assertThat(tss.base()).isEqualTo(0xffff_8000_1234_5678L);
        assertThat(tss.system()).isTrue();
        assertThat(tss.encode()).isEqualTo(0x1200_8934_5678_0067L);
        assertThat(tss.encodeUpper()).isEqualTo(0xffff_8000L);
    }

    @Test
    void everyDescriptorSurvivesARoundTrip() {
        Random random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            long low = random.nextLong();
            long high = random.nextLong() & 0xffff_ffffL;
            SegmentDescriptor descriptor = SegmentDescriptor.decode(low, high);
            assertThat(descriptor.encode()).isEqualTo(low);
            assertThat(descriptor.encodeUpper()).isEqualTo(high);
        }
    }

    @Test
    void fieldsThatDoNotFitAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SegmentDescriptor(0, 0x10_0000, 0xa, false, 0, true, false, false, true, true))
                .withMessage("limit is 0 to 0xfffff, not 0x100000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | 0xb | true  | code, execute/read, accessed",
                "false | 0xc | false | code, conforming, execute-only",
                "false | 0x3 | true  | data, read/write, accessed",
                "false | 0x4 | false | data, expand-down, read-only",
                "true  | 0x2 | true  | LDT",
                "true  | 0x9 | false | 32-bit TSS, available",
                "true  | 0xb | true  | 64-bit TSS, busy",
                "true  | 0x1 | false | 16-bit TSS, available",
                "true  | 0x1 | true  | reserved",
                "true  | 0x5 | false | task gate",
                "true  | 0xe | true  | 64-bit interrupt gate",
                "true  | 0xf | false | 32-bit trap gate",
                "true  | 0x0 | false | reserved"
            })
    void typesHaveNames(boolean system, int type, boolean ia32e, String term) {
        assertThat(SegmentType.term(system, type, ia32e)).isEqualTo(term);
    }

    @Test
    void gateOfProtectedMode() {
        Gate gate = Gate.decode(0x1234_ef00_0008_5678L);

        assertThat(gate).isEqualTo(new Gate(0x1234_5678, 8, Gate.TRAP_GATE, 3, true, 0));
        assertThat(gate.encode()).isEqualTo(0x1234_ef00_0008_5678L);
    }

    @Test
    void gateOfA16BitHandlerHasA16BitOffset() {
        assertThat(Gate.decode(0x1234_8600_0008_5678L).offset()).isEqualTo(0x5678);
    }

    @Test
    void gateOfLongMode() {
        Gate gate = Gate.decode(0x1234_8e02_0008_5678L, 0xffff_8000L);

        assertThat(gate).isEqualTo(new Gate(0xffff_8000_1234_5678L, 8, Gate.INTERRUPT_GATE, 0, true, 2));
        assertThat(gate.encode()).isEqualTo(0x1234_8e02_0008_5678L);
        assertThat(gate.encodeUpper()).isEqualTo(0xffff_8000L);
    }
}
