package dev.kvmdap.engine;

import static dev.kvmdap.engine.ScriptedMachine.CODE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.Hosts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a breakpoint costs whose condition does not hold, on a host that behaves as VMX and SVM do. */
class FalseConditionTest {

    private static final int HITS = 50;
    private static final int DEBUG_VECTOR = 1;
    private static final int BREAKPOINT_VECTOR = 3;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(
            value = BreakpointMode.class,
            names = {"HARDWARE", "SOFTWARE"})
    void hitCostsTwoEntriesIntoTheGuestAndAtMostOneLookAtItsOwnDebugRegisters(BreakpointMode mode) throws IOException {
        try (ScriptedMachine machine = new ScriptedMachine(folder, Hosts.vmx(), "90 90 eb fc")) {
            AtomicInteger asked = new AtomicInteger();
            machine.breakpoint(CODE + 1, mode, cpu -> {
                asked.incrementAndGet();
                return false;
            });
            for (int hit = 0; hit < HITS; hit++) {
                machine.guest()
                        .then(guest -> {
                            guest.regs().rip(CODE + 1);
                            int vector = mode == BreakpointMode.HARDWARE ? DEBUG_VECTOR : BREAKPOINT_VECTOR;
                            return guest.debug(vector, CODE + 1, 0xffff0ff1L);
                        })
                        .then(guest -> guest.stepTo(CODE + 2));
            }
            machine.guest().then(guest -> guest.shutdown());

            assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);

            assertThat(asked).hasValue(HITS);
            List<String> run = List.of("KVM_SET_GUEST_DEBUG", "KVM_RUN");
            List<String> look = List.of("KVM_GET_DEBUGREGS"); // before slots are armed that were free for the guest's
            boolean slotsStayArmed = mode == BreakpointMode.HARDWARE;
            List<String> expected = new ArrayList<>(slotsStayArmed ? look : List.of());
            for (int hit = 0; hit < HITS; hit++) {
                expected.addAll(run);
                expected.addAll(slotsStayArmed ? List.of() : look);
                expected.addAll(run);
            }
            expected.addAll(run);
            assertThat(machine.kernel().calls()).isEqualTo(expected);
        }
    }

    @Test
    void faultHandlerThatTheGuestHasMovedSinceTheLastHitIsFoundAgain() throws IOException {
        try (ScriptedMachine machine = new ScriptedMachine(folder, Hosts.vmx(), "90 90 eb fc")) {
            int pageFault = 4 * 14;
            machine.kernel().write(pageFault, 0x00, 0x20, 0x00, 0x00);
            machine.breakpoint(CODE + 1, BreakpointMode.SOFTWARE, cpu -> false);
            List<Long> watchedHandlers = new ArrayList<>();
            for (int handler : new int[] {0x20, 0x20, 0x30}) {
                machine.guest()
                        .then(guest -> {
                            machine.kernel().write(pageFault + 1, handler);
                            guest.regs().rip(CODE + 1);
                            return guest.debug(BREAKPOINT_VECTOR, CODE + 1, 0);
                        })
                        .then(guest -> {
                            watchedHandlers.add(guest.guestDebugRegister(0));
                            return guest.stepTo(CODE + 2);
                        });
            }
            machine.guest().then(guest -> guest.shutdown());

            assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);

            assertThat(watchedHandlers).containsExactly(0x2000L, 0x2000L, 0x3000L);
        }
    }
}
