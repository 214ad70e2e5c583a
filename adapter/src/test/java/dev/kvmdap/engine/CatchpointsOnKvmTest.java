package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.device.PortRange;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stops at what happens elsewhere than at places and in watched memory, on this host's KVM. */
@RequiresKvm
@Timeout(60)
public class CatchpointsOnKvmTest {

    @TempDir
    private Path folder;

    private DebuggedGuest guest;

    @BeforeEach
    void build() {
        Toolchain toolchain = new Toolchain(folder);
        Path source = toolchain.source(CatchpointsOnKvmTest.class, "caught.s");
        toolchain.run("as", "--64", "-g", "-o", "caught.o", source.toString());
        toolchain.run("ld", "-m", "elf_x86_64", "-Ttext=0x7c00", "-e", "start", "-o", "caught.elf", "caught.o");
        Path image = toolchain.file("caught.elf");
        BootConfiguration boot = BootConfiguration.of(image, BootProtocol.ELF, CpuMode.REAL);
        guest = new DebuggedGuest(boot, image, source, 1);
    }

    @AfterEach
    void end() {
        guest.close();
    }

    private Catchpoint catchpoint(Trigger trigger) {
        return guest.ask(e -> e.addCatchpoint(trigger, CatchCondition.NONE));
    }

    private Stop.Caught caught(Stop stop) {
        assertThat(stop).isInstanceOf(Stop.Caught.class);
        return (Stop.Caught) stop;
    }

    /** The next stop, which must be one of a catchpoint, behind one marked line and at another. */
    private Occurrence next(String by, String at) {
        Stop.Caught stop = caught(guest.resume());
        assertThat(stop.instruction().orElseThrow().address()).isEqualTo(new GuestVirtual(guest.marker(by)));
        assertThat(guest.pc()).isEqualTo(guest.marker(at));
        return stop.what();
    }

    private void ends() {
        assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
    }

    @Test
    void everyChangeOfTheCpusModeIsAStopBehindTheInstructionThatMadeIt() {
        Catchpoint modes = catchpoint(Trigger.ModeSwitch.any());
        assertThat(modes.catching().text()).contains("single-stepping");

        assertThat(next("to protected", "in protected"))
                .isEqualTo(new Occurrence.ModeSwitch(CpuMode.REAL, CpuMode.PROTECTED));
        assertThat(next("to compatibility", "in compatibility").description())
                .isEqualTo("CPU mode: protected → compatibility");
        assertThat(next("in compatibility", "in long"))
                .isEqualTo(new Occurrence.ModeSwitch(CpuMode.COMPATIBILITY, CpuMode.LONG));
        assertThat(next("to compatibility again", "in compatibility again"))
                .isEqualTo(new Occurrence.ModeSwitch(CpuMode.LONG, CpuMode.COMPATIBILITY));
        ends();
    }

    @Test
    void conditionOnTheModesLetsTheOthersPass() {
        guest.tell(e -> e.addCatchpoint(
                Trigger.ModeSwitch.any(),
                (cpu, what) -> what instanceof Occurrence.ModeSwitch to && to.after() == CpuMode.LONG));

        next("in compatibility", "in long");
        ends();
    }

    @Test
    void accessToADevicesPortIsAStopBehindTheInstruction() {
        Catchpoint serial = catchpoint(new Trigger.Ports(new PortRange(0x3f8, 8), PortDirection.BOTH));
        assertThat(serial.catching()).isEqualTo(new Catching.Exits());

        assertThat(next("serial", "after serial")).isEqualTo(new Occurrence.PortAccess(0x3f8, 1, true, 'a', "COM1"));
        Occurrence status = next("serial status", "after serial status");
        long line = guest.ask(e -> e.cpu(0).regs().rax() & 0xff);
        assertThat(status).isEqualTo(new Occurrence.PortAccess(0x3fd, 1, false, line, "COM1"));
        assertThat(status.description()).isEqualTo("IN from port 0x3fd (COM1): read 0x%02x".formatted(line));
    }

    @Test
    void stringInstructionIsAStopForEachElement() {
        guest.tell(e -> e.addCatchpoint(
                new Trigger.Ports(PortRange.of(0x3f8), PortDirection.OUT),
                (cpu, what) -> what instanceof Occurrence.PortAccess out && out.value() != 'a'));

        List<Long> values = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Stop.Caught stop = caught(guest.resume());
            assertThat(stop.instruction().orElseThrow().address()).isEqualTo(new GuestVirtual(guest.marker("string")));
            values.add(((Occurrence.PortAccess) stop.what()).value());
        }
        assertThat(values).containsExactly((long) 'x', (long) 'y', (long) 'z');
        ends();
    }

    @Test
    void portThatKvmServesItselfIsSeenByStepping() {
        Catchpoint mask = catchpoint(new Trigger.Ports(PortRange.of(0x21), PortDirection.BOTH));
        assertThat(mask.catching().text()).contains("0x20-0x21", "interrupt controller 1");

        assertThat(next("interrupt controller", "after interrupt controller"))
                .isEqualTo(new Occurrence.PortAccess(0x21, 1, true, 0x5a, "interrupt controller 1"));
        assertThat(next("after interrupt controller", "read interrupt controller"))
                .isEqualTo(new Occurrence.PortAccess(0x21, 1, false, 0x5a, "interrupt controller 1"));
        ends();
    }

    @Test
    void onlyTheDirectionThatIsAskedForCounts() {
        catchpoint(new Trigger.Ports(new PortRange(0x3f8, 8), PortDirection.IN));

        next("serial status", "after serial status");
        ends();
    }

    @Test
    void accessThatEndsTheGuestIsToldBeforeTheEnd() {
        catchpoint(new Trigger.Ports(PortRange.of(0xf4), PortDirection.OUT));

        Stop.Caught stop = caught(guest.resume());
        assertThat(stop.what()).isEqualTo(new Occurrence.PortAccess(0xf4, 1, true, 0x10, "exit port"));
        assertThat(stop.instruction().orElseThrow().address()).isEqualTo(new GuestVirtual(guest.marker("exit port")));
        ends();
    }

    @Test
    void accessToAnAddressWithNothingBehindItIsAStop() {
        catchpoint(new Trigger.NothingThere());

        Stop.Caught read = caught(guest.resume());
        assertThat(read.what())
                .isEqualTo(new Occurrence.NothingThere(new GuestPhysical(0xc0000000L), 4, false, 0xffffffffL));
        assertThat(guest.pc()).isEqualTo(guest.marker("write to nothing"));
        Stop.Caught write = caught(guest.resume());
        assertThat(write.what())
                .isEqualTo(new Occurrence.NothingThere(new GuestPhysical(0xc0000006L), 2, true, 0x1234));
        assertThat(guest.pc()).isEqualTo(guest.marker("after write to nothing"));
        ends();
    }

    @Test
    void magicBreakIsAStopAtIt() {
        catchpoint(new Trigger.MagicBreak());

        assertThat(caught(guest.resume()).what()).isEqualTo(new Occurrence.MagicBreak());
        assertThat(guest.pc()).isEqualTo(guest.marker("magic"));
        ends();
    }

    @Test
    void magicBreakMeansNothingUnlessSomebodyWaitsForIt() {
        ends();
    }

    @Test
    void removedCatchpointStopsNoMore() {
        Catchpoint modes = catchpoint(Trigger.ModeSwitch.any());
        next("to protected", "in protected");
        guest.tell(e -> e.removeCatchpoint(modes));

        ends();
    }
}
