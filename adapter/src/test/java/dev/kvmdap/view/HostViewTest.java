package dev.kvmdap.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.engine.StopServices.Kind;
import dev.kvmdap.kvm.Hosts;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HostViewTest {

    private final HostView view = new HostView(Hosts.vmx());

    @Test
    void everyKindOfStopIsARowWithItsMechanismAndReason() {
        assertThat(view.children())
                .extracting(Node::name)
                .containsAll(Stream.of(Kind.values()).map(Kind::term).toList());
        assertThat(Rows.at(view, "breakpoint").value()).isEqualTo("planted byte cc (INT3)");
        assertThat(Rows.at(view, "breakpoint", "why").value()).contains("INT3 stops it in every mode");
        assertThat(Rows.at(view, "kernel").value()).isEqualTo("Linux 6.1.0");
    }

    @Test
    void nothingOfTheHostCanBeChanged() {
        assertThat(view.children()).noneMatch(Node::settable);
        assertThatThrownBy(() -> Rows.at(view, "kernel").set("Linux 7"))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessage("kernel cannot be changed");
    }
}
