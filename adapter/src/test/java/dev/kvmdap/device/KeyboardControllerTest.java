package dev.kvmdap.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyboardControllerTest {

    private final A20Gate gate = new A20Gate();
    private final KeyboardController controller = new KeyboardController(gate);

    @Test
    void takesCommandsAtOnceAndHasNothingToReadAtFirst() {
        assertThat(status() & 0x03).isZero();
    }

    @Test
    void selfTestPasses() {
        command(0xaa);

        assertThat(answers()).containsExactly(0x55);
        assertThat(status() & 0x04).isEqualTo(0x04);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xfe, 0xf0, 0xf6})
    void pulsingTheResetLineResets(int command) {
        Effect effect = controller.write(0x64, 1, command);

        assertThat(effect).isEqualTo(new Effect.Reset("keyboard controller command 0x%x".formatted(command)));
    }

    @Test
    void pulsingNoLineDoesNothing() {
        assertThat(controller.write(0x64, 1, 0xff)).isEqualTo(Effect.none());
    }

    @Test
    void outputPortOpensAndClosesTheA20Gate() {
        command(0xd1);
        assertThat(controller.write(0x60, 1, 0xdd)).isEqualTo(Effect.none());
        assertThat(gate.isOpen()).isFalse();
        command(0xd0);
        assertThat(answers()).containsExactly(0x01);

        command(0xd1);
        assertThat(controller.write(0x60, 1, 0xdf)).isEqualTo(Effect.none());
        assertThat(gate.isOpen()).isTrue();
        command(0xd0);
        assertThat(answers()).containsExactly(0x03);
    }

    @Test
    void outputPortResetsWhereItsBitZeroIsLow() {
        command(0xd1);

        assertThat(controller.write(0x60, 1, 0xde)).isInstanceOf(Effect.Reset.class);
    }

    @Test
    void configurationByteIsReadAndWritten() {
        command(0x60);
        data(0x47);
        command(0x20);
        assertThat(answers()).containsExactly(0x47);

        command(0xad);
        command(0x20);
        assertThat(answers()).containsExactly(0x57);

        command(0xae);
        command(0x20);
        assertThat(answers()).containsExactly(0x47);
    }

    @Test
    void firstPortTestsGoodAndTheSecondHasNobody() {
        command(0xab);
        assertThat(answers()).containsExactly(0x00);
        command(0xa9);
        assertThat(answers()).isNotEqualTo(List.of(0x00));
        command(0xd4);
        data(0xff);
        assertThat(answers()).isEmpty();
    }

    @Test
    void keyboardAnswersReset() {
        data(0xff);

        assertThat(answers()).containsExactly(0xfa, 0xaa);
    }

    @Test
    void keyboardIdentifiesItself() {
        data(0xf2);

        assertThat(answers()).containsExactly(0xfa, 0xab, 0x83);
    }

    @Test
    void keyboardAcknowledgesCommandAndArgument() {
        data(0xed);
        assertThat(answers()).containsExactly(0xfa);
        data(0x07);
        assertThat(answers()).containsExactly(0xfa);
    }

    @Test
    void keyboardRemembersItsScanCodeSet() {
        data(0xf0);
        data(1);
        answers();
        data(0xf0);
        answers();
        data(0);

        assertThat(answers()).containsExactly(0xfa, 1);
    }

    @Test
    void keyboardAsksToResendWhatItDoesNotKnow() {
        data(0x12);

        assertThat(answers()).containsExactly(0xfe);
    }

    @Test
    void byteSentToTheOutputBufferLooksTyped() {
        command(0xd2);
        data(0x1e);

        assertThat(answers()).containsExactly(0x1e);
    }

    @Test
    void dataPortReadsTheLastByteAgainWhereNothingIsNew() {
        data(0xee);

        assertThat(controller.read(0x60, 1)).isEqualTo(0xee);
        assertThat(controller.read(0x60, 1)).isEqualTo(0xee);
    }

    @Test
    void resetDropsAnswersAndPendingCommands() {
        command(0xd1);
        data(0xdd);
        command(0xaa);
        command(0xd1);

        controller.reset();

        assertThat(status() & 0x05).isZero();
        assertThat(gate.isOpen()).isTrue();
        data(0xee);
        assertThat(answers()).as("the byte is for the keyboard again").containsExactly(0xee);
    }

    private void command(int command) {
        assertThat(controller.write(0x64, 1, command)).isEqualTo(Effect.none());
        assertThat(status() & 0x08).isEqualTo(0x08);
    }

    private void data(int value) {
        assertThat(controller.write(0x60, 1, value)).isEqualTo(Effect.none());
        assertThat(status() & 0x08).isZero();
    }

    private int status() {
        return controller.read(0x64, 1);
    }

    private List<Integer> answers() {
        List<Integer> answers = new ArrayList<>();
        while ((status() & 1) != 0) {
            answers.add(controller.read(0x60, 1));
        }
        return answers;
    }
}
