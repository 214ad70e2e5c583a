package dev.kvmdap.engine;

import static dev.kvmdap.engine.ScriptedMachine.CODE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Hosts;
import dev.kvmdap.kvm.ScriptedVcpu;
import dev.kvmdap.symbols.AddressRange;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.X86Exception;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The run loop against a host that behaves as VMX and SVM do, with the guest played by a script. */
class RunLoopTest {

    private static final int INT3 = 0xcc;
    private static final int DEBUG_VECTOR = 1;
    private static final int BREAKPOINT_VECTOR = 3;
    private static final long FIRST_SLOT = 0xffff0ff1L;

    /** NOPs, with a call at 0x1004 of 0x1010, HLT at 0x1008. */
    private static final String NOPS = "90 90 90 90 e8 09 00 90 f4 90 90 90 90 90 90 90 90 c3";

    @TempDir
    private Path folder;

    private ScriptedMachine machine;

    @BeforeEach
    void switchOn() throws IOException {
        machine = new ScriptedMachine(folder, Hosts.vmx(), NOPS);
    }

    @AfterEach
    void switchOff() {
        machine.close();
        assertThat(machine.kernel().leaks()).isZero();
    }

    private StepPlan.LeaveRanges leave(long length, boolean over) {
        return new StepPlan.LeaveRanges(List.of(new AddressRange(CODE, CODE + length)), over);
    }

    @Test
    void slotThatFiresIsAStopAtItsBreakpoint() {
        Breakpoint breakpoint = machine.breakpoint(CODE + 2, BreakpointMode.HARDWARE);
        machine.guest().then(guest -> {
            assertThat(guest.guestDebugControl()).isEqualTo(Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_USE_HW_BP);
            assertThat(guest.guestDebugRegister(0)).isEqualTo(CODE + 2);
            guest.regs().rip(CODE + 2);
            return guest.debug(DEBUG_VECTOR, CODE + 2, FIRST_SLOT);
        });

        assertThat(machine.run(new StepPlan.Run())).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
    }

    @Test
    void plantedInt3IsAStopAtItsBreakpoint() {
        Breakpoint breakpoint = machine.breakpoint(CODE + 2, BreakpointMode.AUTO);
        machine.guest().then(guest -> {
            assertThat(guest.guestDebugControl()).isEqualTo(Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_USE_SW_BP);
            assertThat(machine.byteAt(CODE + 2)).isEqualTo(INT3);
            guest.regs().rip(CODE + 2);
            return guest.debug(BREAKPOINT_VECTOR, CODE + 2, 0);
        });

        assertThat(machine.run(new StepPlan.Run())).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
    }

    @Test
    void resumingAtAPlantedByteStepsTheGuestsOwnInstructionFirst() {
        machine.breakpoint(CODE, BreakpointMode.SOFTWARE);
        machine.guest()
                .then(guest -> {
                    assertThat(guest.isSingleStepping()).isTrue();
                    assertThat(machine.byteAt(CODE)).isEqualTo(0x90);
                    return guest.stepTo(CODE + 1);
                })
                .then(guest -> {
                    assertThat(guest.isSingleStepping()).isFalse();
                    assertThat(machine.byteAt(CODE)).isEqualTo(INT3);
                    return guest.shutdown();
                });

        assertThat(machine.run(new StepPlan.Run())).isEqualTo(new Stop.TripleFault(0, Optional.empty()));
    }

    @Test
    void resumingAtASlotStepsWithThatSlotDisarmed() {
        machine.breakpoint(CODE, BreakpointMode.HARDWARE);
        machine.breakpoint(CODE + 3, BreakpointMode.HARDWARE);
        machine.guest()
                .then(guest -> {
                    assertThat(armed(guest)).doesNotContain(CODE);
                    return guest.stepTo(CODE + 1);
                })
                .then(guest -> {
                    assertThat(armed(guest)).containsExactly(CODE, CODE + 3);
                    return guest.shutdown();
                });

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
    }

    @Test
    void guestsOwnInt3IsDeliveredToTheGuest() {
        machine.breakpoint(CODE + 2, BreakpointMode.SOFTWARE);
        machine.kernel().write(CODE + 9, INT3);
        machine.guest()
                .then(guest -> {
                    guest.regs().rip(CODE + 9);
                    return guest.debug(BREAKPOINT_VECTOR, CODE + 9, 0);
                })
                .then(guest -> {
                    assertThat(guest.guestDebugControl() & Abi.GUESTDBG_INJECT_BP)
                            .isNotZero();
                    assertThat(guest.isSingleStepping()).isFalse();
                    return guest.shutdown();
                });

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
    }

    @Test
    void breakpointWhoseConditionDoesNotHoldIsPassed() {
        List<Long> asked = new ArrayList<>();
        machine.breakpoint(CODE + 2, BreakpointMode.HARDWARE, cpu -> {
            asked.add(cpu.pc());
            return false;
        });
        machine.guest()
                .then(guest -> {
                    guest.regs().rip(CODE + 2);
                    return guest.debug(DEBUG_VECTOR, CODE + 2, FIRST_SLOT);
                })
                .then(guest -> guest.stepTo(CODE + 3))
                .then(guest -> guest.shutdown());

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
        assertThat(asked).containsExactly(CODE + 2);
    }

    @Test
    void conditionWithoutAValueStopsAndSaysWhy() {
        Breakpoint breakpoint = machine.breakpoint(CODE + 2, BreakpointMode.HARDWARE, cpu -> {
            throw new Condition.ConditionException("counter is not mapped");
        });
        machine.guest().then(guest -> {
            guest.regs().rip(CODE + 2);
            return guest.debug(DEBUG_VECTOR, CODE + 2, FIRST_SLOT);
        });

        assertThat(machine.run(new StepPlan.Run()))
                .isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), "counter is not mapped"));
    }

    @Test
    void stepIsArmedAnewEachTimeWhereTheHostDoesNotKeepIt() {
        machine.guest().then(guest -> guest.stepTo(CODE + 1)).then(guest -> guest.stepTo(CODE + 2));

        assertThat(machine.run(leave(2, false))).isEqualTo(new Stop.Step(0));

        assertThat(machine.kernel().calls())
                .containsExactly(
                        "KVM_GET_DEBUGREGS", "KVM_SET_GUEST_DEBUG", "KVM_RUN", "KVM_SET_GUEST_DEBUG", "KVM_RUN");
    }

    @Test
    void stepEndsAtABreakpointOfTheUsersInsideTheRange() {
        Breakpoint breakpoint = machine.breakpoint(CODE + 1, BreakpointMode.HARDWARE);
        machine.guest().then(guest -> guest.stepTo(CODE + 1));

        assertThat(machine.run(leave(4, true))).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
    }

    @Test
    void portWriteEndsAStepWithoutExecutingTheNextInstruction() {
        machine.guest().then(guest -> {
            guest.whenCompleted(() -> guest.regs().rip(CODE + 1));
            return guest.out(0xe9, 1, 'A');
        });

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
        assertThat(machine.cpu().pc()).isEqualTo(CODE + 1);
        assertThat(machine.guest().stepsLeft()).isZero();
    }

    @Test
    void exitPortEndsTheGuestWithItsCode() {
        machine.guest().then(guest -> guest.out(0xf4, 1, 0x10));

        assertThat(machine.run(new StepPlan.Run())).isEqualTo(new Stop.Ended(0, 33));
    }

    @Test
    void tripleFaultThatResetsTheVcpuShowsTheStateOfItsLastEntry() throws IOException {
        try (ScriptedMachine losing = new ScriptedMachine(folder, Hosts.losingStateOnShutdown(Hosts.vmx()), NOPS)) {
            losing.guest()
                    .then(guest -> {
                        guest.regs().rip(CODE + 4);
                        guest.regs().rbx(0x1234);
                        return guest.out(0xe9, 1, 'A');
                    })
                    .then(guest -> {
                        guest.regs().rip(0xfff0);
                        guest.regs().rbx(0);
                        guest.sregs().cs().base(0xffff0000L);
                        return guest.shutdown();
                    });

            Stop stop = losing.run(new StepPlan.Run());

            assertThat(stop).isEqualTo(new Stop.TripleFault(0, Optional.of(new GuestVirtual(CODE + 4))));
            assertThat(stop.description()).contains("last known", "0x1004");
            assertThat(losing.cpu().pc()).isEqualTo(CODE + 4);
            assertThat(losing.cpu().regs().rbx()).isEqualTo(0x1234);
            assertThat(losing.guest().regs().rip()).as("in KVM").isEqualTo(CODE + 4);
        }
    }

    @Test
    void waitingVcpuThatHasBeenStartedIsRunAgain() {
        machine.guest().then(guest -> -11).then(guest -> guest.shutdown());

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
    }

    @Test
    void pauseEndsARunThatWouldNotEndByItself() throws Exception {
        machine.guest().otherwise(guest -> guest.runUntilInterrupted());
        CompletableFuture<Stop> stop = machine.start(new StepPlan.Run());

        machine.pause();

        assertThat(stop.get(10, TimeUnit.SECONDS)).isEqualTo(new Stop.Paused(0));
    }

    @Test
    void callIsSteppedOverToItsReturnInTheSameFrameOnly() {
        machine.cpu().regs().rip(CODE + 4);
        machine.cpu().regs().rsp(0x800);
        machine.cpu().store();
        machine.guest()
                .then(guest -> {
                    guest.regs().rsp(0x7fe);
                    return guest.stepTo(CODE + 16);
                })
                .then(guest -> {
                    assertThat(guest.guestDebugRegister(0)).isEqualTo(CODE + 7);
                    guest.regs().rsp(0x700);
                    guest.regs().rip(CODE + 7);
                    return guest.debug(DEBUG_VECTOR, CODE + 7, FIRST_SLOT);
                })
                .then(guest -> guest.stepTo(CODE + 16))
                .then(guest -> {
                    guest.regs().rsp(0x800);
                    guest.regs().rip(CODE + 7);
                    return guest.debug(DEBUG_VECTOR, CODE + 7, FIRST_SLOT);
                });

        Stop stop = machine.run(StepPlan.LeaveRanges.instruction(CODE + 4));

        assertThat(stop).isEqualTo(new Stop.Step(0));
        assertThat(machine.cpu().pc()).isEqualTo(CODE + 7);
        assertThat(machine.cpu().stackPointer()).isEqualTo(0x800);
        assertThat(machine.guest().stepsLeft()).isZero();
    }

    @Test
    void haltWithInterruptsOffIsAStopAndIsNotStepped() {
        machine.cpu().regs().rip(CODE + 8);
        machine.cpu().store();

        assertThat(machine.run(new StepPlan.Instruction())).isInstanceOf(Stop.Halted.class);
        assertThat(machine.kernel().calls()).doesNotContain("KVM_RUN");
    }

    @Test
    void haltWithInterruptsOnIsSteppedToWhereItsInterruptReturns() {
        machine.cpu().regs().rip(CODE + 8);
        machine.cpu().regs().rflags(0x202);
        machine.cpu().store();
        machine.guest().then(guest -> {
            assertThat(guest.isSingleStepping()).isFalse();
            assertThat(guest.guestDebugRegister(0)).isEqualTo(CODE + 9);
            guest.regs().rip(CODE + 9);
            return guest.debug(DEBUG_VECTOR, CODE + 9, FIRST_SLOT);
        });

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
    }

    @Test
    void haltWithABreakpointOnItIsLeftWithoutExecutingIt() {
        Breakpoint halt = machine.breakpoint(CODE + 8, BreakpointMode.SOFTWARE);
        machine.cpu().regs().rip(CODE + 8);
        machine.cpu().regs().rflags(0x202);
        machine.cpu().store();
        machine.guest().then(guest -> {
            assertThat(guest.regs().rip()).isEqualTo(CODE + 9);
            assertThat(machine.kernel().calls()).contains("KVM_SET_MP_STATE");
            assertThat(machine.byteAt(CODE + 8)).isEqualTo(INT3);
            return guest.debug(DEBUG_VECTOR, CODE + 9, FIRST_SLOT);
        });

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
        assertThat(halt.placement().verified()).isTrue();
    }

    /** The linear addresses of the execute breakpoints that are armed, in the order of their slots. */
    private static List<Long> armed(ScriptedVcpu guest) {
        return IntStream.range(0, DebugSlots.COUNT)
                .filter(slot -> (guest.guestDebugRegister(7) >>> (2 * slot) & 3) != 0)
                .mapToObj(guest::guestDebugRegister)
                .toList();
    }

    /** Plays an instruction that is run to its destination by the first slot, and asserts that it is not stepped. */
    private static int reach(ScriptedVcpu guest, long destination) {
        assertThat(guest.isSingleStepping()).isFalse();
        assertThat(armed(guest)).startsWith(destination);
        guest.regs().rip(destination);
        return guest.debug(DEBUG_VECTOR, destination, FIRST_SLOT);
    }

    @Test
    void instructionThatSavesTheFlagsIsSteppedWithoutTheTrapFlag() {
        machine.kernel().write(CODE, 0x9c); // pushf
        machine.guest().then(guest -> reach(guest, CODE + 1));

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
    }

    @Test
    void interruptIsSteppedIntoItsHandlerAndOverItToItsReturn() {
        machine.kernel().write(CODE, 0xcd, 0x20); // int 0x20
        machine.kernel().write(4 * 0x20, 0x34, 0x02, 0x10, 0x00);
        machine.guest().then(guest -> reach(guest, 0x334));
        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
        assertThat(machine.cpu().pc()).isEqualTo(0x334);

        machine.cpu().regs().rip(CODE);
        machine.cpu().store();
        machine.guest().then(guest -> reach(guest, 0x334)).then(guest -> reach(guest, CODE + 2));
        assertThat(machine.run(StepPlan.LeaveRanges.instruction(CODE))).isEqualTo(new Stop.Step(0));
        assertThat(machine.cpu().pc()).isEqualTo(CODE + 2);
    }

    @Test
    void guestsOwnInt3IsSteppedIntoItsHandler() {
        machine.breakpoint(CODE + 9, BreakpointMode.SOFTWARE);
        machine.kernel().write(CODE, INT3);
        machine.kernel().write(4 * BREAKPOINT_VECTOR, 0x00, 0x03, 0x00, 0x00);
        machine.guest().then(guest -> guest.debug(BREAKPOINT_VECTOR, CODE, 0)).then(guest -> {
            assertThat(guest.guestDebugControl() & Abi.GUESTDBG_INJECT_BP).isNotZero();
            return reach(guest, 0x300);
        });

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
        assertThat(machine.cpu().pc()).isEqualTo(0x300);
    }

    /** Plays a page fault at {@link ScriptedMachine#CODE}, as processors with VMX or SVM deliver it without KVM's help. */
    private int fault(ScriptedVcpu guest, long handler) {
        assertThat(armed(guest)).contains(handler);
        guest.regs().rsp(0x7fa);
        guest.regs().rip(handler);
        guest.kernel().write(0x7fa, (int) CODE, (int) CODE >> Byte.SIZE, 0, 0, 0x46, 0x01);
        return guest.debug(
                DEBUG_VECTOR, handler, 0xffff0ff0L | 1L << armed(guest).indexOf(handler));
    }

    private void setVector(X86Exception exception, long handler) {
        machine.kernel().write(4L * exception.vector(), (int) handler, (int) handler >> Byte.SIZE, 0, 0);
    }

    @Test
    void stepThatFaultsEndsBeforeTheFirstInstructionOfTheHandler() {
        setVector(X86Exception.PAGE_FAULT, 0x300);
        machine.guest().then(guest -> fault(guest, 0x300));

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));

        assertThat(machine.cpu().pc()).isEqualTo(0x300);
        assertThat(machine.kernel().read(0x7fe, 2)).as("saved flags").isEqualTo(0x0046);
    }

    @Test
    void callThatFaultsIsNotRunToItsReturn() {
        setVector(X86Exception.GENERAL_PROTECTION, 0x300);
        machine.kernel().write(CODE, 0xe8, 0x09, 0x00);
        machine.guest().then(guest -> fault(guest, 0x300));

        assertThat(machine.run(StepPlan.LeaveRanges.instruction(CODE))).isEqualTo(new Stop.Step(0));

        assertThat(machine.cpu().pc()).isEqualTo(0x300);
    }

    @Test
    void faultAtABreakpointWhoseConditionDoesNotHoldGoesToTheGuest() {
        setVector(X86Exception.PAGE_FAULT, 0x300);
        machine.breakpoint(CODE, BreakpointMode.SOFTWARE, cpu -> false);
        machine.guest()
                .then(guest -> {
                    assertThat(machine.byteAt(CODE)).isEqualTo(0x90);
                    return fault(guest, 0x300);
                })
                .then(guest -> {
                    assertThat(guest.isSingleStepping()).isFalse();
                    assertThat(armed(guest)).isEmpty();
                    assertThat(machine.byteAt(CODE)).isEqualTo(INT3);
                    return guest.shutdown();
                });

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
    }

    @Test
    void divisionIsSteppedWithAnEyeOnTheDivideErrorsHandler() {
        setVector(X86Exception.DIVIDE_ERROR, 0x300);
        machine.kernel().write(CODE, 0xf7, 0xf1); // div %cx
        machine.guest().then(guest -> fault(guest, 0x300));

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
        assertThat(machine.cpu().pc()).isEqualTo(0x300);
    }

    @Test
    void watchedDataKeepsItsSlotsWhileAStepLooksForFaults() {
        setVector(X86Exception.PAGE_FAULT, 0x300);
        machine.watch(0x8000, 4);
        machine.breakpoint(CODE + 9, BreakpointMode.HARDWARE);
        machine.guest().then(guest -> {
            assertThat(armed(guest)).contains(0x8000L, 0x300L).doesNotContain(CODE + 9);
            return guest.stepTo(CODE + 1);
        });

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Step(0));
    }

    @Test
    void trapFlagOfAStepThatEndsInAFaultHandlerIsTakenOutOfTheHandlersFrame() {
        Breakpoint handler = machine.breakpoint(0x2000, BreakpointMode.HARDWARE);
        machine.guest().then(guest -> {
            assertThat(guest.isSingleStepping()).isTrue();
            guest.regs().rsp(0x7f8);
            guest.regs().rip(0x2000);
            int ip = (int) CODE;
            guest.kernel().write(0x7f8, 0x55, 0x55, ip, ip >> Byte.SIZE, 0, 0, 0x46, 0x01);
            return guest.debug(DEBUG_VECTOR, 0x2000, FIRST_SLOT);
        });

        assertThat(machine.run(new StepPlan.Instruction())).isEqualTo(new Stop.Breakpoints(0, List.of(handler), ""));
        assertThat(machine.kernel().read(0x7fe, 2)).isEqualTo(0x0046);
    }

    @Test
    void callIsSteppedThroughWhereNoTrapIsLeftForItsReturn() throws IOException {
        try (ScriptedMachine bare = new ScriptedMachine(folder, Hosts.withoutPlantedBytes(), NOPS)) {
            for (int slot = 0; slot < DebugSlots.COUNT; slot++) {
                bare.breakpoint(0x3000 + slot, BreakpointMode.HARDWARE);
            }
            bare.cpu().regs().rip(CODE + 4);
            bare.cpu().regs().rsp(0x800);
            bare.cpu().store();
            bare.guest()
                    .then(guest -> {
                        guest.regs().rsp(0x7fe);
                        return guest.stepTo(CODE + 16);
                    })
                    .then(guest -> {
                        assertThat(guest.isSingleStepping()).isTrue();
                        return guest.stepTo(CODE + 17);
                    })
                    .then(guest -> {
                        guest.regs().rsp(0x800);
                        return guest.stepTo(CODE + 7);
                    });

            assertThat(bare.run(StepPlan.LeaveRanges.instruction(CODE + 4))).isEqualTo(new Stop.Step(0));
            assertThat(bare.cpu().pc()).isEqualTo(CODE + 7);
        }
    }

    @Test
    void instructionThatKvmCannotEmulateIsAStopThatShowsItsBytes() {
        machine.guest().then(guest -> guest.emulationError(0xd9, 0xfe));

        assertThat(machine.run(new StepPlan.Run()))
                .isEqualTo(new Stop.KvmInternalError(0, 1, new GuestVirtual(CODE), List.of(0xd9, 0xfe)));
    }

    @Test
    void tripwireIsPassedUntilItWantsAStop() {
        List<Long> reached = new ArrayList<>();
        Tripwire wire = cpu -> {
            reached.add(cpu.pc());
            return reached.size() < 2 ? null : new Stop.UnexpectedExit(0, "tripped");
        };
        machine.traps().add(wire, new GuestVirtual(CODE + 2), BreakpointMode.HARDWARE, machine.cpu());
        ScriptedVcpu.Step arrival = guest -> {
            guest.regs().rip(CODE + 2);
            return guest.debug(DEBUG_VECTOR, CODE + 2, FIRST_SLOT);
        };
        machine.guest().then(arrival).then(guest -> guest.stepTo(CODE + 3)).then(arrival);

        assertThat(machine.run(new StepPlan.Run())).isEqualTo(new Stop.UnexpectedExit(0, "tripped"));
        assertThat(reached).containsExactly(CODE + 2, CODE + 2);
    }

    @Test
    void tripwireSharesThePlaceOfABreakpointWhichOutlivesIt() {
        Breakpoint breakpoint = machine.breakpoint(CODE + 2, BreakpointMode.SOFTWARE);
        Tripwire wire = cpu -> null;
        machine.traps().add(wire, new GuestVirtual(CODE + 2), BreakpointMode.HARDWARE, machine.cpu());
        machine.traps().remove(wire);

        assertThat(machine.byteAt(CODE + 2)).isEqualTo(INT3);
        machine.traps().remove(breakpoint);
        assertThat(machine.byteAt(CODE + 2)).isEqualTo(0x90);
    }

    @Test
    void changeOfSystemRegistersIsToldOnce() {
        List<Long> told = new ArrayList<>();
        machine.traps().addSystemListener(cpu -> told.add(cpu.sregs().cr3()));
        machine.guest()
                .then(guest -> {
                    guest.sregs().cr3(0x5000);
                    return guest.out(0x3f8, 1, 'a');
                })
                .then(ScriptedVcpu::shutdown);
        machine.guest().then(ScriptedVcpu::shutdown);

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
        assertThat(told).containsExactly(0L, 0x5000L);
    }
}
