package dev.kvmdap.machine;

import dev.kvmdap.device.ByteSink;
import dev.kvmdap.kvm.CpuidEntry;
import java.util.List;

/**
 * What the guest's machine is made of.
 *
 * @param memoryBytes RAM, a multiple of 4096
 * @param vcpus number of vCPUs, at least 1
 * @param exitPort I/O port of the isa-debug-exit device
 * @param cpuid what the guest's CPUID instruction answers
 * @param serial takes what the guest sends by COM1, on a vCPU thread
 * @param debugPort takes what the guest writes to port 0xE9, and what it prints by its BIOS, on a vCPU thread
 * @param boot the image and how it starts
 */
public record MachineConfiguration(
        long memoryBytes,
        int vcpus,
        int exitPort,
        List<CpuidEntry> cpuid,
        ByteSink serial,
        ByteSink debugPort,
        BootConfiguration boot) {}
