package dev.kvmdap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HitCountTest {

    private static List<Integer> stopsOfSix(String text) {
        HitCount count = HitCount.parse(text);
        List<Integer> stops = new ArrayList<>();
        for (int hit = 1; hit <= 6; hit++) {
            if (count.stopsAt(hit)) {
                stops.add(hit);
            }
        }
        return stops;
    }

    @Test
    void eachOperatorChoosesItsHits() {
        assertThat(stopsOfSix("3")).containsExactly(3);
        assertThat(stopsOfSix("== 3")).containsExactly(3);
        assertThat(stopsOfSix(">=4")).containsExactly(4, 5, 6);
        assertThat(stopsOfSix(">4")).containsExactly(5, 6);
        assertThat(stopsOfSix("<=2")).containsExactly(1, 2);
        assertThat(stopsOfSix("<2")).containsExactly(1);
        assertThat(stopsOfSix(" %2 ")).containsExactly(2, 4, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "often", "0", "%0", ">= x", "1.5", "-1", "=5"})
    void whatIsNoHitConditionIsRefusedSayingWhatIsAllowed(String text) {
        assertThatThrownBy(() -> HitCount.parse(text))
                .isInstanceOf(RequestFailure.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("5, >=5, %10");
    }
}
