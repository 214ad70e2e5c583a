package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The binding on this machine's own KVM. */
@RequiresKvm
@Timeout(60)
class RealVcpuTest {
    private static final int CODE = ProbeGuestLayout.CODE;
    private static final int[] JUMP_TO_ITSELF = {0xeb, 0xfe};

    private Kvm kvm = Kvm.open();
    private ProbeGuest guest = ProbeGuest.create(kvm, LibC.get(), false);
    private Vcpu vcpu = guest.vcpu();

    @AfterEach
    void close() {
        guest.close();
        kvm.close();
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void guestAddsNumbersAndTellsTheSum(CpuMode mode) {
        int[] addAndOut = {0x00, 0xd8, 0xe6, 0x99}; // add al, bl; out 0x99, al
        guest.prepare(mode, addAndOut);
        vcpu.regs().rax(40);
        vcpu.regs().rbx(2);
        vcpu.storeRegs();

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_IO);

        assertThat(vcpu.exit()).isEqualTo(new Exit.Io(true, 0x99, 1, List.of(42)));
        assertThat(vcpu.complete()).isEqualTo(Abi.EXIT_INTR);
        assertThat(vcpu.regs().rip()).isEqualTo(CODE + addAndOut.length);
        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_HLT);
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void inputReachesTheGuestsRegister(CpuMode mode) {
        guest.prepare(mode, 0xe4, 0x60); // in al, 0x60

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_IO);
        vcpu.setIoData(0, 0x1c);
        vcpu.complete();

        assertThat(vcpu.regs().rax() & 0xff).isEqualTo(0x1c);
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void eachStepEndsBehindOneInstruction(CpuMode mode) {
        assumeThat(RealHost.findings(mode).singleStep()).isTrue();
        guest.prepare(mode, 0x90, 0xb0, 0x05, 0x00, 0xc0, 0x90); // nop; mov al, 5; add al, al; nop
        GuestDebug step = GuestDebug.enabled().singleStep();

        for (int next : new int[] {1, 3, 5, 6}) {
            assertThat(guest.resume(step)).isEqualTo(Abi.EXIT_DEBUG);
            assertThat(vcpu.debugPc()).isEqualTo(CODE + next);
            assertThat(vcpu.regs().rip()).isEqualTo(CODE + next);
        }
        assertThat(vcpu.regs().rax()).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void executeSlotStopsBeforeItsInstruction(CpuMode mode) {
        assumeThat(RealHost.findings(mode).executeSlots()).isEqualTo(4);

        int reason = guest.run(mode, GuestDebug.enabled().slots(0, 0, 0, CODE + 4, 0x40));

        assertThat(reason).isEqualTo(Abi.EXIT_DEBUG);
        assertThat(vcpu.debugPc()).isEqualTo(CODE + 4);
        assertThat(vcpu.debugDr6() & 0xf).isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource(
            value = CpuMode.class,
            names = {"PROTECTED", "LONG"})
    void writtenRegistersAreTheVcpusRegisters(CpuMode mode) {
        guest.prepare(mode);
        for (int i = Regs.RAX; i <= Regs.R15; i++) {
            vcpu.regs().set(i, 0x0101010101010101L * (i + 1));
        }
        vcpu.storeRegs();
        vcpu.sregs().cr2(0x123456);
        vcpu.sregs().fs().base(0x7777);
        vcpu.storeSregs();
        vcpu.forgetRegisters();

        for (int i = Regs.RAX; i <= Regs.R15; i++) {
            assertThat(vcpu.regs().get(i)).isEqualTo(0x0101010101010101L * (i + 1));
        }
        assertThat(vcpu.regs().rip()).isEqualTo(CODE);
        assertThat(vcpu.sregs().cr2()).isEqualTo(0x123456);
        assertThat(vcpu.sregs().fs().base()).isEqualTo(0x7777);
        assertThat(vcpu.sregs().cs().l()).isEqualTo(mode == CpuMode.LONG);
        assertThat(vcpu.sregs().gdt().base()).isEqualTo(ProbeGuestLayout.GDT);
    }

    @Test
    void allStateThatIsReadCanBeWrittenBackAndReadAgain() {
        VcpuState state = vcpu.state();
        state.setCpuid(kvm.supportedCpuid());
        guest.run(CpuMode.LONG, GuestDebug.off());

        DebugRegisters debug = new DebugRegisters(0x1000, 0x2000, 0x3000, 0x4000, 0xffff0ff0L, 0x400);
        state.setDebugRegisters(debug);
        assertThat(state.debugRegisters()).isEqualTo(debug);

        byte[] xsave = state.xsave();
        assertThat(xsave).hasSizeGreaterThanOrEqualTo(4096);
        xsave[160] = 0x5a; // the lowest byte of XMM0 (SDM vol. 1, 13.4.1)
        xsave[512] |= 3; // XSTATE_BV: x87 and SSE
        state.setXsave(xsave);
        assertThat(state.xsave()[160]).isEqualTo((byte) 0x5a);

        byte[] fpu = state.fpu();
        assertThat(fpu).hasSize(416);
        state.setFpu(fpu);
        assertThat(state.fpu()).isEqualTo(fpu);

        List<Xcr> xcrs = state.xcrs();
        assertThat(xcrs).contains(new Xcr(0, 1));
        state.setXcrs(xcrs);
        assertThat(state.xcrs()).isEqualTo(xcrs);

        VcpuEvents events = state.events();
        state.setEvents(events);
        assertThat(state.events()).isEqualTo(events);

        assertThat(state.mpState()).isEqualTo(MpState.RUNNABLE);
        state.setMpState(MpState.RUNNABLE);

        Msr.Transfer msrs = state.msrs(kvm.msrIndexList());
        assertThat(msrs.done()).isNotEmpty();
        assertThat(state.setMsrs(msrs.done()).refused()).hasSizeLessThan(5);
    }

    @Test
    void writtenMsrShowsInTheSystemRegisters() {
        int fsBase = 0xc0000100;
        guest.prepare(CpuMode.LONG);
        vcpu.sregs();

        vcpu.state().setMsrs(List.of(new Msr(fsBase, 0x12345000)));

        assertThat(vcpu.sregs().fs().base()).isEqualTo(0x12345000);
    }

    @Test
    void msrThatDoesNotExistIsToldAsRefused() {
        Msr.Transfer read = vcpu.state().msrs(List.of(0xc0000080, 0x7fffffff, 0xc0000081));

        assertThat(read.done()).extracting(Msr::index).containsExactly(0xc0000080, 0xc0000081);
        assertThat(read.refused()).containsExactly(0x7fffffff);
    }

    @Test
    void pendingExceptionIsDeliveredToTheGuestsHandler() {
        guest.prepare(CpuMode.PROTECTED);
        VcpuEvents none = vcpu.state().events();
        vcpu.state().setEvents(none.withException(new VcpuEvents.ExceptionEvent(true, false, 6, false, 0, false, 0)));

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_IO);

        assertThat(vcpu.ioPort()).isEqualTo(ProbeGuestLayout.VECTOR_PORT);
        assertThat(vcpu.ioData(0)).isEqualTo(6);
    }

    @Test
    void guestsOwnDebugExceptionArrivesWithItsDr6() {
        assumeThat(kvm.check(Capability.EXCEPTION_PAYLOAD)).isNotZero();
        guest.vm().enableCapability(Capability.EXCEPTION_PAYLOAD, 1);
        guest.prepare(CpuMode.LONG);
        VcpuEvents none = vcpu.state().events();
        VcpuEvents.ExceptionEvent singleStep = new VcpuEvents.ExceptionEvent(false, true, 1, false, 0, true, 1 << 14);
        vcpu.state().setEvents(none.withException(singleStep));
        assertThat(vcpu.state().events().exception()).isEqualTo(singleStep);

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_IO);

        assertThat(vcpu.ioData(0)).isEqualTo(1);
        assertThat(vcpu.state().debugRegisters().dr6() & 1 << 14).as("DR6.BS").isNotZero();
    }

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void injectedExceptionsReachVectorsOneAndThree(CpuMode mode) {
        guest.run(mode, GuestDebug.off().injectDebugException());
        assertThat(vcpu.exit()).isEqualTo(new Exit.Io(true, ProbeGuestLayout.VECTOR_PORT, 1, List.of(1)));

        guest.run(mode, GuestDebug.off().injectBreakpointException());
        assertThat(vcpu.exit()).isEqualTo(new Exit.Io(true, ProbeGuestLayout.VECTOR_PORT, 1, List.of(3)));
    }

    @Test
    void secondInjectionIsBusyUntilTheFirstIsDelivered() {
        guest.prepare(CpuMode.PROTECTED);
        vcpu.setGuestDebug(GuestDebug.enabled().injectDebugException());

        assertThatThrownBy(() -> vcpu.setGuestDebug(GuestDebug.enabled().injectDebugException()))
                .isInstanceOfSatisfying(
                        KvmException.class, e -> assertThat(e.errnoName()).isEqualTo("EBUSY"))
                .hasMessageContaining("already pending");
    }

    @Test
    void queuedInterruptReachesTheGuest() {
        guest.prepare(CpuMode.PROTECTED);
        vcpu.regs().rflags(0x202);
        vcpu.storeRegs();
        vcpu.state().queueInterrupt(0x21);

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_IO);

        assertThat(vcpu.ioData(0)).isEqualTo(0x21);
    }

    @Test
    void linearAddressesLeadThroughThePageTables() {
        guest.prepare(CpuMode.LONG);

        Translation mapped = vcpu.state().translate(new GuestVirtual(0x1234));
        assertThat(mapped.valid()).isTrue();
        assertThat(mapped.address()).isEqualTo(new GuestPhysical(0x1234));
        assertThat(vcpu.state().translate(new GuestVirtual(0x40000000)).valid()).isFalse();
    }

    @Test
    void tripleFaultIsAShutdown() {
        guest.prepare(CpuMode.PROTECTED, 0x0f, 0x0b); // ud2
        vcpu.sregs().idt().limit(0);
        vcpu.storeSregs();

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_SHUTDOWN);
        assertThat(vcpu.exit()).isEqualTo(new Exit.Shutdown());
    }

    @Test
    void emulatedCpuidIsASmallSetOfNamedBits() {
        assumeThat(kvm.check(Capability.EXT_EMUL_CPUID)).isNotZero();

        List<CpuidEntry> emulated = kvm.emulatedCpuid();

        assertThat(emulated).isNotEmpty();
        assertThat(emulated.get(0).function()).isZero();
        assertThat(emulated)
                .filteredOn(entry -> entry.function() == 1)
                .allSatisfy(entry -> assertThat(entry.ecx())
                        .as("MOVBE is what KVM emulates in leaf 1")
                        .isEqualTo(1 << 22));
        assertThat(emulated).filteredOn(entry -> entry.function() == 7).allMatch(CpuidEntry::indexIsSignificant);
    }

    @Test
    void vcpuHasTheCpuidThatItWasGiven() {
        List<CpuidEntry> supported = kvm.supportedCpuid();
        assertThat(supported).hasSizeGreaterThan(10);

        vcpu.state().setCpuid(supported);

        assertThat(vcpu.state().cpuid())
                .extracting(CpuidEntry::function, CpuidEntry::index, CpuidEntry::flags)
                .containsExactlyElementsOf(supported.stream()
                        .map(entry -> Tuple.tuple(entry.function(), entry.index(), entry.flags()))
                        .toList());
    }

    @Test
    void interruptControllersAndTimerGiveAndTakeTheirState() {
        try (Vm vm = kvm.createVm()) {
            vm.createIrqchip();
            vm.createPit2();
            try (Vcpu withApic = vm.createVcpu(0)) {
                for (Irqchip chip : Irqchip.values()) {
                    byte[] state = vm.irqchip(chip);
                    vm.setIrqchip(chip, state);
                    assertThat(vm.irqchip(chip)).isEqualTo(state);
                }
                byte[] pit = vm.pit2();
                assertThat(pit).hasSize(112);
                vm.setPit2(pit);
                byte[] apic = withApic.state().lapic();
                assertThat(apic).hasSize(1024);
                withApic.state().setLapic(apic);
                vm.irqLine(4, true);
                byte requests = vm.irqchip(Irqchip.PIC_MASTER)[1];
                assertThat(requests & 1 << 4)
                        .as("IRQ 4 in the first PIC's request register")
                        .isNotZero();
                vm.irqLine(4, false);
            }
        }
    }

    @Test
    void runningGuestIsInterruptedEachTime() throws Exception {
        int times = 200;
        Semaphore entering = new Semaphore(0);
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try (ProbeGuest running = ProbeGuest.create(kvm, LibC.get(), false)) {
                        running.prepare(CpuMode.REAL, JUMP_TO_ITSELF);
                        interrupter.complete(running.vcpu().interrupter());
                        int interrupts = 0;
                        for (int i = 0; i < times; i++) {
                            entering.release();
                            int reason = running.vcpu().run();
                            running.vcpu().interrupter().acknowledge();
                            interrupts += reason == Abi.EXIT_INTR ? 1 : 0;
                        }
                        ended.complete(interrupts);
                    } catch (RuntimeException e) {
                        ended.completeExceptionally(e);
                    }
                },
                "vcpu");
        thread.start();
        RunInterrupter target = interrupter.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < times; i++) {
            assertThat(entering.tryAcquire(10, TimeUnit.SECONDS))
                    .as("run %d", i)
                    .isTrue();
            target.interrupt();
        }

        assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo(times);
        thread.join();
    }

    private final CompletableFuture<RunInterrupter> interrupter = new CompletableFuture<>();

    @Test
    void closedGuestsLeaveNoDescriptorAndNoMapping() throws IOException {
        useAndCloseGuests(3);
        long descriptors = openDescriptors();
        long mappings = mappings();

        useAndCloseGuests(20);

        assertThat(openDescriptors()).isEqualTo(descriptors);
        assertThat(mappings()).isEqualTo(mappings);
    }

    private void useAndCloseGuests(int count) {
        for (int i = 0; i < count; i++) {
            try (ProbeGuest other = ProbeGuest.create(kvm, LibC.get(), i % 2 == 1)) {
                other.run(CpuMode.LONG, GuestDebug.enabled().singleStep());
            }
        }
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(fd -> target(fd).matches(".*(kvm|memfd).*")).count();
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static long mappings() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains("kvm")).count();
        }
    }
}
