package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.kvm.Hosts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards on a host whose memory slots can be made read-only. */
class GuardedMemoryTest {

    private static final long TABLE = 0x8010;

    @TempDir
    private Path folder;

    private ScriptedMachine machine;
    private GuardedMemory guards;
    private final List<Long> told = new ArrayList<>();

    @BeforeEach
    void switchOn() throws IOException {
        machine = new ScriptedMachine(folder, Hosts.vmx(), "90");
        guards = machine.traps().guards();
    }

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private Guard guard(boolean trap) {
        Guard guard = new Guard(TABLE, 16, trap, cpu -> told.add(TABLE));
        guards.add(guard);
        guards.settle(machine.cpu());
        return guard;
    }

    private void tell() {
        guards.tell(machine.cpu());
        guards.settle(machine.cpu());
    }

    @Test
    void trappedWriteToGuardedBytesIsNewsAndOneBesideThemIsNot() {
        Guard guard = guard(true);
        assertThat(guards.isTrapped(guard)).isTrue();

        guards.written(TABLE - 8, 8);
        assertThat(guards.hasNews()).isFalse();
        guards.written(TABLE - 1, 2);
        assertThat(guards.hasNews()).isTrue();
        tell();

        assertThat(told).hasSize(1);
        assertThat(guards.hasNews()).isFalse();
    }

    @Test
    void pageThatIsWrittenToVeryOftenBesideItsGuardedBytesIsOnlyComparedFromThenOn() {
        Guard guard = guard(true);
        for (int i = 0; i < 10_000 && !guards.hasNews(); i++) {
            guards.written(TABLE + 0x100, 4);
        }
        tell();

        assertThat(guards.isTrapped(guard)).isFalse();
        assertThat(told).isEmpty();
        machine.kernel().write(TABLE + 3, 0x77);
        assertThat(guards.looksChanged()).isTrue();
        tell();
        assertThat(told).hasSize(1);
        assertThat(guards.looksChanged()).isFalse();
    }

    @Test
    void pageThatMayHoldAStackIsOnlyCompared() {
        assertThat(guards.isTrapped(guard(false))).isFalse();
    }

    @Test
    void removedGuardFreesItsPageAndHearsNothingMore() {
        Guard guard = guard(true);
        guards.remove(guard);
        guards.settle(machine.cpu());

        assertThat(guards.trapsPages()).isFalse();
        guards.suspectAll();
        tell();
        assertThat(told).isEmpty();
    }

    @Test
    void guardKeepsToOnePage() {
        assertThatThrownBy(() -> new Guard(0x8ff8, 16, true, cpu -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not on one page");
    }
}
