package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.Kvm;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.MachineState;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A restart gives the machine that was launched first, bit for bit. */
@RequiresKvm
@Timeout(60)
class RestartTest {

    /** Answers the state of the machine. */
    private static final class StateRequest implements RequestFamily {

        private final Session session;

        StateRequest(Session session) {
            this.session = session;
        }

        @Override
        public void register(RequestTable table) {
            table.on("machineState", JsonObject.class, EnumSet.of(SessionState.STOPPED), arguments -> {
                try (Kvm kvm = Kvm.open()) {
                    return MachineState.of(session.guest().engine().machine(), kvm.msrIndexList());
                }
            });
        }
    }

    @TempDir
    private Path folder;

    private final DapTestClient client = DapTestClient.inProcess(session -> List.of(new StateRequest(session)));

    @BeforeEach
    void launch() {
        Toolchain tools = new Toolchain(folder);
        Path source = tools.source(RestartTest.class, "changing.s");
        tools.run("as", "--64", "-g", "-o", "changing.o", source.toString());
        tools.run("ld", "-Ttext=0x100000", "-e", "start", "-o", "changing.elf", "changing.o");
        client.launch(
                Map.of("program", tools.file("changing.elf").toString(), "memory", "8M", "stopOnEntry", true),
                () -> {});
        client.expectStopped("entry");
    }

    private Map<?, ?> state() {
        return new Gson().fromJson(client.request("machineState"), Map.class);
    }

    private void changeEverything() {
        client.console("thbreak changed");
        client.console("c");
        client.expectStopped("function breakpoint");
    }

    @Test
    void everyPartOfTheStateIsAsAtTheFirstLaunch() {
        try (client) {
            Map<?, ?> first = state();
            changeEverything();
            Map<?, ?> changed = state();
            for (String part : List.of("RAM", "PIT", "port 0x3ff", "CMOS 0x40", "vCPU 0 DR", "vCPU 0 MSR 0xc0000082")) {
                assertThat(changed.get(part)).as(part).isNotNull().isNotEqualTo(first.get(part));
            }

            client.request("restart");
            client.expectStopped("entry");

            assertThat(state()).isEqualTo(first);
        }
    }

    @Test
    void breakpointsOfEveryKindStayAndLeaveTheMachineAsItWas() {
        try (client) {
            client.console("hb changed");
            client.console("watch -l 0x200000");
            Map<?, ?> first = state();
            client.console("c");
            client.expectStopped("data breakpoint");

            client.console("starti");
            client.expectStopped("entry");

            assertThat(state()).isEqualTo(first);
            client.console("c");
            client.expectStopped("data breakpoint");
            client.console("c 4096");
            client.expectStopped("function breakpoint");
        }
    }
}
