package dev.kvmdap.engine;

import static dev.kvmdap.engine.ScriptedMachine.CODE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Hosts;
import dev.kvmdap.kvm.ModeFindings.OwnSlots;
import dev.kvmdap.kvm.ScriptedVcpu;
import dev.kvmdap.x86.X86Exception;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest that debugs itself, played by a script, on a host that behaves as VMX and SVM do. */
class OwnDebuggingTest {

    private static final int DEBUG_VECTOR = 1;
    private static final int BREAKPOINT_VECTOR = 3;
    private static final int EBUSY = 16;
    private static final long TRAP_FLAG = 0x102;
    private static final long DR6_NOTHING = 0xffff0ff0L;
    private static final long DR6_BS = 0xffff4ff0L;
    private static final long DR6_BD = 0xffff2ff0L;
    private static final long DR7_GD = 1 << 13;
    private static final long DEBUG_HANDLER = 0x300;
    private static final long BREAKPOINT_HANDLER = 0x340;
    private static final Stop STEP = new Stop.Step(0);

    @TempDir
    private Path folder;

    private ScriptedMachine machine;

    @BeforeEach
    void switchOn() throws IOException {
        machine = new ScriptedMachine(folder, Hosts.vmx(), "90".repeat(64));
        setVectors(machine);
    }

    private static void setVectors(ScriptedMachine machine) {
        machine.kernel().write(4L * X86Exception.DEBUG.vector(), (int) DEBUG_HANDLER, (int) DEBUG_HANDLER >> 8, 0, 0);
        machine.kernel().write(4L * BREAKPOINT_VECTOR, (int) BREAKPOINT_HANDLER, (int) BREAKPOINT_HANDLER >> 8, 0, 0);
    }

    @AfterEach
    void switchOff() {
        machine.close();
        assertThat(machine.kernel().leaks()).isZero();
    }

    private Stop step() {
        return machine.run(new StepPlan.Instruction());
    }

    private void setFlags(long flags) {
        machine.cpu().regs().rflags(flags);
        machine.cpu().store();
    }

    /** The linear addresses that are armed, in the order of their slots. */
    private static List<Long> armed(ScriptedVcpu guest) {
        return IntStream.range(0, DebugSlots.COUNT)
                .filter(slot -> (guest.guestDebugRegister(7) >>> (2 * slot) & 3) != 0)
                .mapToObj(guest::guestDebugRegister)
                .toList();
    }

    private static int hit(ScriptedVcpu guest, long address) {
        guest.regs().rip(address);
        return guest.debug(
                DEBUG_VECTOR, address, DR6_NOTHING | 1L << armed(guest).indexOf(address));
    }

    /** Plays how #DB comes to the guest, and asserts what it finds in DR6. */
    private static ScriptedVcpu.Step debugException(long dr6) {
        return guest -> {
            assertThat(guest.guestDebugControl() & Abi.GUESTDBG_INJECT_DB).isNotZero();
            assertThat(guest.isSingleStepping()).isFalse();
            assertThat(guest.ownDebugRegister(6)).as("DR6").isEqualTo(dr6);
            return hit(guest, DEBUG_HANDLER);
        };
    }

    @Test
    void instructionUnderTheGuestsTrapFlagIsExecutedByThatFlagAndTheGuestGetsItsException() {
        setFlags(TRAP_FLAG);
        machine.guest()
                .then(guest -> {
                    assertThat(guest.isSingleStepping()).isFalse();
                    assertThat(guest.guestDebugControl() & Abi.GUESTDBG_USE_HW_BP)
                            .isNotZero();
                    assertThat(armed(guest)).contains(DEBUG_HANDLER);
                    return guest.stepTo(CODE + 1);
                })
                .then(debugException(DR6_BS));

        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(CODE + 1);
        assertThat(machine.cpu().regs().rflags()).as("flags").isEqualTo(TRAP_FLAG);
        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(DEBUG_HANDLER);
    }

    @Test
    void trapFlagThatKvmItselfHonoursEndsTheStepAtTheGuestsHandler() {
        setFlags(TRAP_FLAG);
        machine.kernel().write(CODE, 0x0f, 0xa2); // cpuid
        machine.guest().then(guest -> hit(guest, DEBUG_HANDLER));

        assertThat(step()).isEqualTo(STEP);

        assertThat(machine.cpu().pc()).isEqualTo(DEBUG_HANDLER);
        assertThat(machine.cpu().regs().rflags()).isEqualTo(TRAP_FLAG);
    }

    @Test
    void trapFlagThatPopfLoadsUnderAStepIsGivenToTheGuest() {
        machine.kernel().write(CODE, 0x9d); // popf
        machine.kernel().write(0x800, 0x02, 0x01);
        machine.cpu().regs().rsp(0x800);
        machine.cpu().store();
        machine.guest().then(guest -> {
            assertThat(guest.isSingleStepping()).isTrue();
            guest.regs().rsp(0x802);
            return guest.stepTo(CODE + 1);
        });

        assertThat(step()).isEqualTo(STEP);

        assertThat(machine.guest().isSingleStepping()).isFalse();
        assertThat(machine.guest().regs().rflags()).as("in KVM").isEqualTo(TRAP_FLAG);
    }

    @Test
    void iretIsRunToWhereItReturnsSoThatNoInstructionIsExecutedUnderAnUnseenTrapFlag() {
        machine.kernel().write(CODE, 0xcf); // iret
        machine.kernel().write(0x800, 0x10, 0x20, 0x00, 0x00, 0x02, 0x01);
        machine.cpu().regs().rsp(0x800);
        machine.cpu().store();
        machine.guest().then(guest -> {
            assertThat(guest.isSingleStepping()).isFalse();
            guest.regs().rflags(TRAP_FLAG);
            return hit(guest, 0x2010);
        });

        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().regs().rflags()).isEqualTo(TRAP_FLAG);
    }

    @Test
    void breakpointAtTheNextInstructionIsHitWhenTheGuestHasComeBackFromItsHandler() {
        Breakpoint next = machine.breakpoint(CODE + 1, BreakpointMode.HARDWARE);
        setFlags(TRAP_FLAG);
        machine.guest()
                .then(guest -> {
                    guest.regs().rip(CODE + 1);
                    return guest.debug(DEBUG_VECTOR, CODE + 1, DR6_BS | 1);
                })
                .then(debugException(DR6_BS))
                .then(guest -> {
                    guest.regs().rflags(2);
                    return hit(guest, CODE + 1);
                });

        assertThat(machine.run(new StepPlan.Run())).isEqualTo(new Stop.Breakpoints(0, List.of(next), ""));
        assertThat(machine.guest().stepsLeft()).isZero();
    }

    @Test
    void guestsBreakpointsAreArmedBesideTheDebuggersAndToldByTheGuestsNumbers() {
        machine.breakpoint(CODE + 8, BreakpointMode.HARDWARE);
        machine.guest().ownDebugRegisters(0, 0x8001, 0, CODE + 2, DR6_NOTHING, 0x400 | 0x88 | 0xd0_0000); // DR1 written
        machine.guest()
                .then(guest -> {
                    assertThat(armed(guest)).containsExactly(CODE + 8, 0x8000L, CODE + 2);
                    assertThat(guest.guestDebugRegister(7) >>> 16 & 0xfff)
                            .as("conditions")
                            .isEqualTo(0x0d0);
                    return hit(guest, CODE + 2);
                })
                .then(debugException(DR6_NOTHING | 1 << 3))
                .then(guest -> {
                    guest.regs().rip(CODE + 5);
                    return guest.debug(DEBUG_VECTOR, CODE + 5, DR6_NOTHING | 1 << 1);
                })
                .then(debugException(DR6_NOTHING | 1 << 1))
                .then(ScriptedVcpu::shutdown);

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
        assertThat(machine.guest().stepsLeft()).isZero();
    }

    @Test
    void guestsDebugRegistersAreLeftAloneWhereNoSlotOfTheDebuggersIsInForce() {
        machine.guest().ownDebugRegisters(CODE + 2, 0, 0, 0, DR6_NOTHING, 0x402);
        machine.guest().then(guest -> {
            assertThat(guest.guestDebugControl() & Abi.GUESTDBG_USE_HW_BP).isZero();
            return guest.shutdown();
        });

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
    }

    @Test
    void accessToDebugRegistersIsStepppedAndWhatItHasSetIsArmed() {
        machine.breakpoint(CODE + 8, BreakpointMode.HARDWARE);
        machine.kernel().write(CODE + 2, 0x0f, 0x23, 0xf8); // mov %eax, %dr7
        machine.guest()
                .then(guest -> {
                    assertThat(guest.guestDebugRegister(7) & DR7_GD).isNotZero();
                    guest.regs().rip(CODE + 2);
                    return guest.debug(DEBUG_VECTOR, CODE + 2, DR6_BD);
                })
                .then(guest -> {
                    assertThat(guest.isSingleStepping()).isTrue();
                    assertThat(guest.guestDebugRegister(7) & DR7_GD).isZero();
                    guest.ownDebugRegisters(CODE + 6, 0, 0, 0, DR6_NOTHING, 0x402);
                    return guest.stepTo(CODE + 5);
                })
                .then(guest -> {
                    assertThat(armed(guest)).containsExactly(CODE + 8, CODE + 6);
                    return guest.shutdown();
                });

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
    }

    @Test
    void accessThatTheGuestHasDetectedItselfRaisesItsException() {
        machine.breakpoint(CODE + 8, BreakpointMode.HARDWARE);
        machine.kernel().write(CODE + 2, 0x0f, 0x21, 0xc0); // mov %dr0, %eax
        machine.guest().ownDebugRegisters(0, 0, 0, 0, DR6_NOTHING, 0x400 | DR7_GD);
        machine.guest()
                .then(guest -> {
                    guest.regs().rip(CODE + 2);
                    return guest.debug(DEBUG_VECTOR, CODE + 2, DR6_BD);
                })
                .then(debugException(DR6_BD))
                .then(ScriptedVcpu::shutdown);

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
        assertThat(machine.guest().stepsLeft()).isZero();
    }

    @Test
    void stepOverAccessToDebugRegistersNeedsNoSecondEntry() {
        machine.breakpoint(CODE + 8, BreakpointMode.HARDWARE);
        machine.kernel().write(CODE, 0x0f, 0x21, 0xc0);
        machine.guest().then(guest -> {
            assertThat(guest.guestDebugRegister(7) & DR7_GD).isZero();
            return guest.stepTo(CODE + 3);
        });

        assertThat(step()).isEqualTo(STEP);
    }

    @Test
    void guestsBreakpointBeforeTheInstructionComesFirstUnderAStep() {
        machine.guest().ownDebugRegisters(CODE, 0, 0, 0, DR6_NOTHING, 0x402);
        machine.guest()
                .then(guest -> {
                    assertThat(armed(guest)).contains(CODE, DEBUG_HANDLER);
                    return hit(guest, CODE);
                })
                .then(debugException(DR6_NOTHING | 1));

        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(DEBUG_HANDLER);
    }

    @Test
    void breakpointAtTheNextInstructionIsNotTheGuestsUntilItIsAboutToBeExecuted() {
        machine.guest().ownDebugRegisters(CODE + 1, 0, 0, 0, DR6_NOTHING, 0x402);
        machine.guest().then(guest -> {
            assertThat(armed(guest)).doesNotContain(CODE + 1);
            return guest.stepTo(CODE + 1);
        });

        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(CODE + 1);
    }

    @Test
    void plantedByteThatIsHitDoesNotBringTheGuestsBreakpointThereBackOnceMore() {
        machine.breakpoint(CODE + 2, BreakpointMode.SOFTWARE);
        machine.guest().ownDebugRegisters(CODE + 2, 0, 0, 0, DR6_NOTHING, 0x402);
        machine.guest()
                .then(guest -> {
                    guest.regs().rip(CODE + 2);
                    return guest.debug(BREAKPOINT_VECTOR, CODE + 2, 0);
                })
                .then(guest -> {
                    assertThat(guest.regs().rflags() & 1 << 16).as("RF").isNotZero();
                    return guest.stepTo(CODE + 3);
                });
        machine.run(new StepPlan.Run());

        assertThat(step()).isEqualTo(STEP);
    }

    @Test
    void accessWatchedByBothIsTheDebuggersStopAndThenTheGuestsException() {
        Watchpoint point = machine.watch(0x8000, 4);
        machine.guest().ownDebugRegisters(0x8000, 0, 0, 0, DR6_NOTHING, 0x402 | 0xd_0000);
        machine.guest()
                .then(guest -> {
                    assertThat(armed(guest)).containsExactly(0x8000L, 0x8000L);
                    guest.regs().rip(CODE + 5);
                    return guest.debug(DEBUG_VECTOR, CODE + 5, DR6_NOTHING | 0b11);
                })
                .then(debugException(DR6_NOTHING | 1))
                .then(ScriptedVcpu::shutdown);

        assertThat(machine.run(new StepPlan.Run()))
                .isInstanceOfSatisfying(
                        Stop.Watchpoints.class,
                        stop -> assertThat(stop.hits().get(0).watchpoint()).isSameAs(point));
        assertThat(machine.cpu().pc()).isEqualTo(CODE + 5);
        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
    }

    @Test
    void icebpThatExitsIsPassedAndRaisesAnExceptionWithoutAnyCondition() {
        machine.breakpoint(CODE + 8, BreakpointMode.HARDWARE);
        machine.kernel().write(CODE + 2, 0xf1);
        machine.guest()
                .then(guest -> {
                    guest.regs().rip(CODE + 2);
                    return guest.debug(DEBUG_VECTOR, CODE + 2, DR6_NOTHING);
                })
                .then(guest -> {
                    assertThat(guest.regs().rip()).isEqualTo(CODE + 3);
                    return debugException(DR6_NOTHING).run(guest);
                })
                .then(ScriptedVcpu::shutdown);

        assertThat(machine.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
        assertThat(machine.guest().stepsLeft()).isZero();
    }

    @Test
    void int3UnderAPlantedByteOfTheDebuggersIsTheGuestsOwn() {
        machine.kernel().write(CODE, 0xcc);
        machine.breakpoint(CODE, BreakpointMode.SOFTWARE);
        machine.guest().then(guest -> guest.debug(BREAKPOINT_VECTOR, CODE, 0)).then(guest -> {
            assertThat(guest.guestDebugControl() & Abi.GUESTDBG_INJECT_BP).isNotZero();
            assertThat(guest.regs().rip()).isEqualTo(CODE);
            return hit(guest, BREAKPOINT_HANDLER);
        });

        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(BREAKPOINT_HANDLER);
    }

    @Test
    void interruptInstructionThatKvmCannotCarryOutComesToItsHandler() {
        machine.kernel().write(CODE, 0xcd, 0x80);
        machine.kernel().write(4 * 0x80, 0x60, 0x03, 0, 0);
        machine.guest().then(guest -> guest.emulationError(0xcd, 0x80)).then(guest -> {
            assertThat(guest.regs().rip()).isEqualTo(CODE + 2);
            assertThat(guest.injectedInterrupt()).isEqualTo(0x80);
            return hit(guest, 0x360);
        });

        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(0x360);
    }

    @Test
    void exceptionThatIsPendingAlreadyIsDeliveredBeforeTheGuestsTrap() {
        setFlags(TRAP_FLAG);
        machine.kernel().write(4L * X86Exception.PAGE_FAULT.vector(), 0x80, 0x03, 0, 0);
        machine.guest()
                .then(guest -> {
                    guest.pendException(X86Exception.PAGE_FAULT.vector());
                    return guest.stepTo(CODE + 1);
                })
                .then(guest -> {
                    assertThat(guest.guestDebugControl() & Abi.GUESTDBG_INJECT_DB)
                            .isZero();
                    guest.pendException(-1);
                    return hit(guest, 0x380);
                })
                .then(debugException(DR6_BS));

        assertThat(step()).isEqualTo(STEP);
        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(0x380);
        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(DEBUG_HANDLER);
    }

    @Test
    void breakpointInstructionIsMetAgainWhereKvmIsBusyWithAnotherException() {
        machine.kernel().write(CODE, 0xcc);
        machine.breakpoint(CODE + 9, BreakpointMode.SOFTWARE);
        machine.guest()
                .then(guest -> {
                    machine.kernel().refuse("KVM_SET_GUEST_DEBUG", EBUSY);
                    return guest.debug(BREAKPOINT_VECTOR, CODE, 0);
                })
                .then(guest -> hit(guest, BREAKPOINT_HANDLER))
                .then(ScriptedVcpu::shutdown);

        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.run(new StepPlan.Run())).isEqualTo(new Stop.TripleFault(0, Optional.empty()));
    }

    @Test
    void trapThatAnInterruptionHeldUpIsWithdrawnAndGivenLater() {
        setFlags(TRAP_FLAG);
        machine.guest()
                .then(guest -> guest.stepTo(CODE + 1))
                .then(guest -> {
                    guest.pendException(DEBUG_VECTOR);
                    return -4;
                })
                .then(guest -> {
                    assertThat(guest.pendingException()).isEqualTo(-1);
                    return debugException(DR6_BS).run(guest);
                });

        assertThat(step()).isEqualTo(STEP);
        assertThat(step()).isEqualTo(STEP);
        assertThat(machine.cpu().pc()).isEqualTo(DEBUG_HANDLER);
    }

    @Test
    void writeToATrappedPageRaisesWhatTheGuestsDebugRegistersWouldHave() throws IOException {
        try (ScriptedMachine trapping = new ScriptedMachine(folder, Hosts.vmx(), "90".repeat(64))) {
            setVectors(trapping);
            trapping.guest().ownDebugRegisters(0, 0, 0x8000, 0, DR6_NOTHING, 0x420 | 0xd00_0000);
            trapping.guest()
                    .then(guest -> {
                        guest.regs().rip(CODE + 5);
                        guest.regs().rflags(TRAP_FLAG);
                        return guest.mmioWrite(0x8002, 1, 7);
                    })
                    .then(debugException(DR6_BS | 1 << 2))
                    .then(ScriptedVcpu::shutdown);

            assertThat(trapping.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
            assertThat(trapping.guest().stepsLeft()).isZero();
        }
    }

    @Test
    void breakpointThatTheGuestHasTakenAwayUnseenIsNotGivenToIt() throws IOException {
        try (ScriptedMachine unseen = new ScriptedMachine(
                folder, Hosts.withOwnSlots(Hosts.vmx(), OwnSlots.DISPLACED_UNSEEN), "90".repeat(64))) {
            setVectors(unseen);
            unseen.breakpoint(CODE + 8, BreakpointMode.HARDWARE);
            unseen.guest().ownDebugRegisters(CODE + 2, 0, 0, 0, DR6_NOTHING, 0x402);
            unseen.guest()
                    .then(guest -> {
                        assertThat(armed(guest)).contains(CODE + 2);
                        guest.ownDebugRegisters(CODE + 2, 0, 0, 0, DR6_NOTHING, 0x400);
                        return hit(guest, CODE + 2);
                    })
                    .then(guest -> {
                        assertThat(guest.guestDebugControl() & Abi.GUESTDBG_INJECT_DB)
                                .isZero();
                        assertThat(armed(guest)).containsExactly(CODE + 8);
                        return guest.shutdown();
                    });

            assertThat(unseen.run(new StepPlan.Run())).isInstanceOf(Stop.TripleFault.class);
        }
    }
}
