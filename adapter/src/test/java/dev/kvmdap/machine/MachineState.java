package dev.kvmdap.machine;

import dev.kvmdap.kvm.Irqchip;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.VcpuState;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * All of a machine's state that can be read from outside, part by part: RAM, vCPUs, KVM's chips, our devices. Only what tells
 * the time is left out: the time-stamp counter, when a PIT channel was loaded, and the clock in CMOS.
 */
public final class MachineState {

    private static final int IA32_TIME_STAMP_COUNTER = 0x10;
    private static final int PIT_CHANNEL = 24;
    private static final int PIT_LOAD_TIME = 16;

    private final Map<String, String> parts = new TreeMap<>();

    private MachineState() {}

    /**
     * The state of a machine that stands still.
     *
     * @param msrs the indices of the MSRs that KVM saves
     */
    public static Map<String, String> of(Machine machine, List<Integer> msrs) {
        MachineState state = new MachineState();
        state.memory(machine.memory());
        machine.vcpus().forEach(vcpu -> state.vcpu(vcpu, msrs));
        state.chips(machine);
        state.devices(machine);
        return state.parts;
    }

    private void memory(GuestMemory memory) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[1 << 16];
            for (GuestMemory.Region region : memory.regions()) {
                for (long at = 0; at < region.size(); at += piece.length) {
                    int length = (int) Math.min(piece.length, region.size() - at);
                    memory.read(region.start().address() + at, piece, 0, length);
                    digest.update(piece, 0, length);
                }
            }
            parts.put("RAM", HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void vcpu(VcpuThread thread, List<Integer> msrs) {
        String name = "vCPU " + thread.index() + " ";
        thread.call(vcpu -> {
            Regs regs = vcpu.regs();
            IntStream.range(0, Regs.COUNT).forEach(i -> put(name + "register " + i, regs.get(i)));
            Sregs sregs = vcpu.sregs();
            List<Segment> segments = List.of(
                    sregs.cs(), sregs.ds(), sregs.es(), sregs.fs(), sregs.gs(), sregs.ss(), sregs.tr(), sregs.ldt());
            segments.forEach(segment -> parts.merge(name + "segments", text(segment), (all, next) -> all + " " + next));
            put(name + "GDTR", sregs.gdt().base(), sregs.gdt().limit());
            put(name + "IDTR", sregs.idt().base(), sregs.idt().limit());
            put(
                    name + "CR",
                    sregs.cr0(),
                    sregs.cr2(),
                    sregs.cr3(),
                    sregs.cr4(),
                    sregs.cr8(),
                    sregs.efer(),
                    sregs.apicBase());
            VcpuState state = vcpu.state();
            parts.put(name + "DR", state.debugRegisters().toString());
            parts.put(name + "events", state.events().toString());
            parts.put(name + "XSAVE", HexFormat.of().formatHex(state.xsave()));
            parts.put(name + "XCR", state.xcrs().toString());
            parts.put(name + "MP state", state.mpState().toString());
            parts.put(name + "LAPIC", HexFormat.of().formatHex(state.lapic()));
            state.msrs(msrs).done().stream()
                    .filter(msr -> msr.index() != IA32_TIME_STAMP_COUNTER)
                    .forEach(msr -> put(name + "MSR 0x" + Integer.toHexString(msr.index()), msr.value()));
            return vcpu;
        });
    }

    private static String text(Segment segment) {
        return "%x:%x:%x:type %x, dpl %d, present %b, db %b, s %b, l %b, g %b, avl %b, unusable %b"
                .formatted(
                        segment.selector(),
                        segment.base(),
                        segment.limit(),
                        segment.type(),
                        segment.dpl(),
                        segment.present(),
                        segment.db(),
                        segment.s(),
                        segment.l(),
                        segment.g(),
                        segment.avl(),
                        segment.unusable());
    }

    private void chips(Machine machine) {
        if (!machine.hasInterruptControllers()) {
            return;
        }
        for (Irqchip chip : Irqchip.values()) {
            parts.put(chip.toString(), HexFormat.of().formatHex(machine.interruptController(chip)));
        }
        byte[] timer = machine.timer();
        for (int channel = 0; channel < 3; channel++) {
            int loadTime = channel * PIT_CHANNEL + PIT_LOAD_TIME;
            Arrays.fill(timer, loadTime, loadTime + Long.BYTES, (byte) 0);
        }
        parts.put("PIT", HexFormat.of().formatHex(timer));
    }

    private void devices(Machine machine) {
        for (int port : new int[] {0x3f9, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0x3ff, 0x64, 0x92}) {
            put("port 0x" + Integer.toHexString(port), machine.ports().in(port, 1));
        }
        for (int index = 0x0a; index < 0x80; index++) {
            if (index != 0x32) {
                machine.ports().out(0x70, 1, index);
                put("CMOS 0x" + Integer.toHexString(index), machine.ports().in(0x71, 1));
            }
        }
    }

    private void put(String name, long... values) {
        parts.put(
                name,
                Arrays.toString(
                        Arrays.stream(values).mapToObj(Long::toHexString).toArray()));
    }
}
