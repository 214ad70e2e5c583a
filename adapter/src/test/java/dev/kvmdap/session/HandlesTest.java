package dev.kvmdap.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HandlesTest {

    private final Handles<String> handles = new Handles<>();

    @Test
    void numbersBeginAtOneAndLeadBack() {
        assertThat(handles.add("a")).isEqualTo(1);
        assertThat(handles.add("b")).isEqualTo(2);
        assertThat(handles.get(1)).contains("a");
        assertThat(handles.get(2)).contains("b");
        assertThat(handles.get(0)).isEmpty();
        assertThat(handles.get(3)).isEmpty();
        assertThat(handles.get(-1)).isEmpty();
        assertThat(handles.get(Integer.MIN_VALUE)).isEmpty();
    }

    @Test
    void numberOfAnEarlierStopMeansNothing() {
        int before = handles.add("a");
        handles.clear();
        int after = handles.add("b");
        assertThat(after).isNotEqualTo(before);
        assertThat(handles.get(before)).isEmpty();
        assertThat(handles.get(after)).contains("b");
    }

    @Test
    void numbersStayPositiveForEver() {
        for (int stop = 0; stop < 300; stop++) {
            for (int i = 0; i < 1 << 13; i++) {
                assertThat(handles.add("x")).isPositive();
            }
            handles.clear();
        }
    }
}
