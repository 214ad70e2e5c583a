package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;

/** What this machine's own KVM can do, probed once for all tests. */
public final class RealHost {
    private static final HostFindings FINDINGS = HostProbe.probe();

    private RealHost() {}

    /** The host's findings. */
    public static HostFindings findings() {
        return FINDINGS;
    }

    /** Whether guests can be run here. */
    public static boolean isUsable() {
        return FINDINGS.isUsable();
    }

    static ModeFindings findings(CpuMode mode) {
        return FINDINGS.findings(mode);
    }
}
