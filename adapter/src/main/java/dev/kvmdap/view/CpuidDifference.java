package dev.kvmdap.view;

/** What it means that a feature is, or is not, in a list of CPUID entries other than the host's supported one. */
enum CpuidDifference {
    /** The list is the supported one. */
    NONE,
    /** The list is what KVM can emulate: a subset by nature, only what goes beyond the host is of note. */
    OF_EMULATED,
    /** The list is a guest's. */
    OF_GIVEN;

    /** The remark beside a feature; empty where both lists agree or need not. */
    String remark(boolean here, boolean supported) {
        return switch (this) {
            case NONE -> "";
            case OF_EMULATED -> here && !supported ? "emulated only" : "";
            case OF_GIVEN -> here == supported ? "" : here ? "beyond the host" : "withheld";
        };
    }
}
