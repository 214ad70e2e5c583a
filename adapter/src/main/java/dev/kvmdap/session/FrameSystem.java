package dev.kvmdap.session;

import dev.kvmdap.device.Inspected;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.view.StoppedVcpu;
import dev.kvmdap.view.system.SystemState;
import dev.kvmdap.x86.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A stopped vCPU and its machine, as the views of the system look at them. */
record FrameSystem(Cpu cpu, ViewedVcpu viewed, FrameValues values, Symbols symbols, Machine machine)
        implements SystemState {

    @Override
    public StoppedVcpu vcpu() {
        return viewed;
    }

    @Override
    public ProcessorState processor() {
        return cpu.state();
    }

    @Override
    public PhysicalMemory memory() {
        return cpu.ownMemory();
    }

    @Override
    public Optional<String> symbol(long linear) {
        return symbols.functionAt(linear).map(function -> symbols.describe(linear));
    }

    @Override
    public List<Inspected> devices() {
        List<Inspected> devices = new ArrayList<>();
        machine.localApic(viewed.index()).ifPresent(devices::add);
        devices.addAll(machine.devices());
        return devices;
    }
}
