package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageReaderTest {

    private static final String GOOD = message("{\"seq\":7}");

    @Test
    void readsMessagesOneAfterAnother() throws Exception {
        MessageReader reader = reader(GOOD + message("{\"seq\":8}"));
        assertThat(reader.next()).hasToString("{\"seq\":7}");
        assertThat(reader.next()).hasToString("{\"seq\":8}");
        assertThat(reader.next()).isNull();
    }

    @Test
    void lengthCountsBytesAndNotCharacters() throws Exception {
        MessageReader reader = reader(message("{\"name\":\"größer als 😀\"}") + GOOD);
        assertThat(reader.next()).hasToString("{\"name\":\"größer als 😀\"}");
        assertThat(reader.next()).hasToString("{\"seq\":7}");
    }

    @Test
    void headerNamesIgnoreCaseAndOtherHeadersAreAllowed() throws Exception {
        assertThat(reader("content-type: x\r\nCONTENT-LENGTH:2\r\n\r\n{}").next())
                .hasToString("{}");
    }

    @Test
    void emptyLinesBetweenMessagesAreAllowed() throws Exception {
        assertThat(reader("\r\n\r\n" + GOOD).next()).hasToString("{\"seq\":7}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"seq\":", "[1,2]", "17", "\"text\"", "null", "{'a':}", "{}}", "}{", ""})
    void bodyThatIsNoObjectIsReportedAndTheNextMessageRead(String body) throws Exception {
        MessageReader reader = reader(message(body) + GOOD);
        assertThatThrownBy(reader::next).isInstanceOf(MalformedMessageException.class);
        assertThat(reader.next()).hasToString("{\"seq\":7}");
    }

    @Test
    void longBodyThatFailsEarlyIsSkippedToItsEnd() throws Exception {
        MessageReader reader = reader(message("{]" + "Content-Length: 2\r\n\r\n{}".repeat(10_000)) + GOOD);
        assertThatThrownBy(reader::next).isInstanceOf(MalformedMessageException.class);
        assertThat(reader.next()).hasToString("{\"seq\":7}");
    }

    @Test
    void deepNestingIsAnErrorAndNoOverflow() throws Exception {
        MessageReader reader = reader(message("{\"a\":" + "[".repeat(1_000_000)) + GOOD);
        assertThatThrownBy(reader::next).isInstanceOf(MalformedMessageException.class);
        assertThat(reader.next()).hasToString("{\"seq\":7}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Content-Length: x", "Content-Length: -1", "Content-Length: 99999999999999999999", "Other: 1"})
    void headerWithoutUsableLengthIsReportedAndTheNextMessageRead(String header) throws Exception {
        MessageReader reader = reader(header + "\r\n\r\n" + GOOD);
        assertThatThrownBy(reader::next)
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("Content-Length");
        assertThat(reader.next()).hasToString("{\"seq\":7}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"noise", "{\"the rest\":\"of a message\"}", "\r\n\u0000\n\r", "Content-Length: x\r\n\r\n{}"})
    void headerIsFoundBehindBytesThatBelongToNoMessage(String noise) throws Exception {
        assertThat(afterMalformed(reader(noise + GOOD))).hasToString("{\"seq\":7}");
        assertThat(afterMalformed(reader(noise.repeat(10_000) + GOOD))).hasToString("{\"seq\":7}");
    }

    private static @Nullable JsonObject afterMalformed(MessageReader reader) throws IOException {
        while (true) {
            try {
                return reader.next();
            } catch (MalformedMessageException reported) {
                // the next one is read
            }
        }
    }

    @Test
    void streamThatEndsWithinAMessageHasNoFurtherMessage() throws Exception {
        assertThat(reader("Content-Length: 20\r\n\r\n{\"seq\"").next()).isNull();
        assertThat(reader("Content-Len").next()).isNull();
    }

    private static MessageReader reader(String bytes) {
        return new MessageReader(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8)));
    }

    private static String message(String body) {
        return "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }
}
