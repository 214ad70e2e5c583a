package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.kvm.UserFindings;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Debugs 64-bit code at privilege level 3 on this host's KVM, by whatever means it leaves. */
@RequiresKvm
@Timeout(60)
class UserModeOnKvmTest {

    private static final int TRAP_FLAG = 1 << 8;
    private static final int KERNEL = 0;
    private static final int USER = 3;

    @TempDir
    private Path folder;

    private Path image = Path.of("");
    private DebuggedGuest guest;

    @BeforeEach
    void switchOn() {
        UserFindings user = DebuggedGuest.HOST.findings(CpuMode.LONG).user();
        assumeThat(user.singleStep().receiver())
                .as("who hears of a step in user mode")
                .isNotEqualTo(UserFindings.Receiver.NOBODY);
        Toolchain toolchain = new Toolchain(folder);
        Path source = toolchain.source(UserModeOnKvmTest.class, "user.s");
        toolchain.run("as", "--64", "-g", "-o", "user.o", source.toString());
        toolchain.run(
                "ld",
                "-Ttext=0x100000",
                "--section-start=.user=0x200000",
                "--no-warn-rwx-segments",
                "-e",
                "start",
                "-o",
                "user.elf",
                "user.o");
        image = toolchain.file("user.elf");
        BootConfiguration boot = BootConfiguration.of(image, BootProtocol.ELF, CpuMode.LONG);
        guest = new DebuggedGuest(boot, image, source, 1);
    }

    @AfterEach
    void switchOff() {
        if (guest != null) {
            guest.close();
        }
    }

    private int variable(String name) {
        long address = ElfFile.open(image).symbols().named(name).get(0).value();
        return guest.ask(e -> (int) e.cpu(0).memory().number(address, 4).orElseThrow());
    }

    private int privilegeLevel() {
        return guest.ask(e -> e.cpu(0).privilegeLevel());
    }

    private void assertAt(String marker, int privilegeLevel) {
        assertThat(guest.pc()).as("at '%s'", marker).isEqualTo(guest.marker(marker));
        assertThat(privilegeLevel()).isEqualTo(privilegeLevel);
    }

    private Breakpoint breakpoint(String marker) {
        Breakpoint breakpoint = guest.breakpoint(guest.marker(marker), BreakpointMode.AUTO);
        assertThat(breakpoint.placement().verified())
                .as(breakpoint.placement().text())
                .isTrue();
        return breakpoint;
    }

    private void runTo(String marker, int privilegeLevel) {
        Breakpoint breakpoint = breakpoint(marker);
        assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
        assertAt(marker, privilegeLevel);
        guest.tell(e -> e.removeBreakpoint(breakpoint));
    }

    private void step(StepKind kind, String to) {
        assertThat(guest.step(kind, Granularity.INSTRUCTION)).isEqualTo(new Stop.Step(0));
        assertAt(to, USER);
    }

    private void runToEnd() {
        assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
    }

    @Test
    void breakpointsInUserCodeAreHitEachTimeAndLeaveTheGuestUnharmed() {
        runTo("ready", KERNEL);
        Breakpoint breakpoint = breakpoint("in twice");
        for (int round = 0; round < 3; round++) {
            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
            assertAt("in twice", USER);
        }

        runToEnd();
        assertThat(variable("calls")).isEqualTo(2);
        assertThat(variable("faults")).isEqualTo(1);
        assertThat(variable("breakpoints")).isEqualTo(1);
        assertThat(variable("debug_exceptions")).isZero();
    }

    @Test
    void userBreakpointSetBeforeTheKernelHasAnInterruptTableIsHit() {
        Breakpoint breakpoint = breakpoint("user call");

        assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));

        assertAt("user call", USER);
    }

    @Test
    void conditionsOfUserBreakpointsAreEvaluatedOnTheWay() {
        runTo("ready", KERNEL);
        long address = guest.marker("after user call");
        guest.tell(e -> e.addBreakpoint(
                new dev.kvmdap.x86.GuestVirtual(address),
                BreakpointMode.AUTO,
                cpu -> cpu.regs().rcx() == 1));

        assertThat(guest.resume()).isInstanceOf(Stop.Breakpoints.class);

        assertAt("after user call", USER);
        assertThat(guest.<Long>ask(e -> e.cpu(0).regs().rcx())).isEqualTo(1);
    }

    @Test
    void stepsGoInstructionByInstruction() {
        runTo("user mode", USER);

        step(StepKind.INTO, "user call");
        step(StepKind.INTO, "in twice");
        assertThat(guest.step(StepKind.INTO, Granularity.INSTRUCTION)).isEqualTo(new Stop.Step(0));
        step(StepKind.INTO, "after user call");
        step(StepKind.INTO, "loop");
    }

    @Test
    void stepOverACallInUserModeRunsItThrough() {
        runTo("user call", USER);

        step(StepKind.OVER, "after user call");

        runToEnd();
    }

    @Test
    void stepOfTheReturnToUserModeStopsAtItsFirstInstruction() {
        runTo("iretq", KERNEL);

        step(StepKind.INTO, "user mode");

        step(StepKind.INTO, "user call");
        runToEnd();
    }

    @Test
    void stepIntoASystemCallComesToTheKernelAndBack() {
        runTo("system call", USER);

        assertThat(guest.step(StepKind.INTO, Granularity.INSTRUCTION)).isEqualTo(new Stop.Step(0));
        assertThat(privilegeLevel()).isEqualTo(KERNEL);
        runTo("return to user mode", KERNEL);
        step(StepKind.INTO, "after system call");

        runToEnd();
        assertThat(variable("calls")).isEqualTo(2);
        assertThat(variable("debug_exceptions")).isZero();
    }

    @Test
    void stepOverASystemCallRunsTheKernelThrough() {
        runTo("system call", USER);

        step(StepKind.OVER, "after system call");

        assertThat(variable("calls")).isEqualTo(1);
        runToEnd();
        assertThat(variable("debug_exceptions")).isZero();
    }

    @Test
    void userProgramThatSavesItsFlagsDoesNotFindTheDebuggersTrapFlag() {
        runTo("pushf", USER);

        step(StepKind.INTO, "after pushf");

        long saved = guest.ask(
                e -> e.cpu(0).memory().number(e.cpu(0).stackPointer(), 8).orElseThrow());
        assertThat(saved & TRAP_FLAG).isZero();
        runToEnd();
        assertThat(variable("debug_exceptions")).isZero();
    }

    @Test
    void stepThatFaultsLeavesNoTrapFlagBehind() {
        runTo("fault", USER);

        assertThat(guest.step(StepKind.INTO, Granularity.INSTRUCTION)).isEqualTo(new Stop.Step(0));
        assertThat(privilegeLevel()).isEqualTo(KERNEL);

        runTo("after fault", USER);
        runToEnd();
        assertThat(variable("faults")).isEqualTo(1);
        assertThat(variable("debug_exceptions")).isZero();
    }

    @Test
    void guestsOwnBreakpointReachesItsHandler() {
        runTo("own breakpoint", USER);

        assertThat(guest.step(StepKind.INTO, Granularity.INSTRUCTION)).isEqualTo(new Stop.Step(0));
        assertAt("breakpoint handler", KERNEL);
        runTo("after own breakpoint", USER);

        assertThat(variable("breakpoints")).isEqualTo(1);
        runToEnd();
        assertThat(variable("debug_exceptions")).isZero();
    }

    @Test
    void guestsOwnTrapFlagReachesItsHandlerUnderBreakpoints() {
        runTo("ready", KERNEL);
        guest.step(StepKind.INTO, Granularity.INSTRUCTION);
        guest.step(StepKind.INTO, Granularity.INSTRUCTION);
        guest.tell(e -> {
            e.cpu(0).regs().rax(guest.label("stepping"));
            e.cpu(0).store();
        });

        runTo("after traced", USER);

        assertThat(variable("debug_exceptions")).isEqualTo(1);
    }

    @Test
    void pauseFindsAUserProgramThatSpins() {
        runTo("user mode", USER);
        guest.setPc(guest.label("spin"));
        guest.tell(Engine::resume);

        guest.tell(Engine::pause);

        assertThat(guest.stop()).isEqualTo(new Stop.Paused(0));
        assertAt("spin", USER);
        step(StepKind.INTO, "spin");
    }
}
