package dev.kvmdap.machine;

import dev.kvmdap.kvm.Irqchip;
import dev.kvmdap.kvm.Vm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a PC's firmware leaves the interrupt controllers and the timer that KVM emulates: lines 0 to 7 at vectors 8 to 0xf, 8 to 15
 * at 0x70 to 0x77, timer, keyboard and the second controller let through, and 18.2 timer interrupts a second (struct
 * kvm_pic_state, struct kvm_pit_channel_state: KVM's header asm/kvm.h).
 */
final class TimerAndInterrupts {

    private static final int PIC_MASK = 2;
    private static final int PIC_VECTOR_BASE = 5;
    private static final int FIRST_VECTOR = 0x08;
    private static final int SECOND_VECTOR = 0x70;
    private static final byte FIRST_MASK = (byte) 0xf8;
    private static final byte SECOND_MASK = (byte) 0xff;

    private static final int PIT_COUNT = 0;
    private static final int PIT_ACCESS = 12;
    private static final int PIT_MODE = 13;
    private static final int PIT_GATE = 15;
    private static final int SLOWEST_COUNT = 0x10000;
    private static final byte LOW_THEN_HIGH_BYTE = 3;
    private static final byte RATE_GENERATOR = 2;

    private TimerAndInterrupts() {}

    static void initialize(Vm vm) {
        initialize(vm, Irqchip.PIC_MASTER, FIRST_VECTOR, FIRST_MASK);
        initialize(vm, Irqchip.PIC_SLAVE, SECOND_VECTOR, SECOND_MASK);
        byte[] timer = vm.pit2();
        ByteBuffer channel = ByteBuffer.wrap(timer).order(ByteOrder.nativeOrder());
        channel.putInt(PIT_COUNT, SLOWEST_COUNT)
                .put(PIT_ACCESS, LOW_THEN_HIGH_BYTE)
                .put(PIT_MODE, RATE_GENERATOR)
                .put(PIT_GATE, (byte) 1);
        vm.setPit2(timer);
    }

    private static void initialize(Vm vm, Irqchip chip, int vector, byte mask) {
        byte[] state = vm.irqchip(chip);
        state[PIC_MASK] = mask;
        state[PIC_VECTOR_BASE] = (byte) vector;
        vm.setIrqchip(chip, state);
    }
}
