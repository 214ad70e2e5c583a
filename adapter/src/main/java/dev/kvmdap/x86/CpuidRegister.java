package dev.kvmdap.x86;

import java.util.Locale;

/** The registers in which CPUID answers. */
public enum CpuidRegister {
    EAX,
    EBX,
    ECX,
    EDX;

    /** The register's name in lower case. */
    public String term() {
        return name().toLowerCase(Locale.ROOT);
    }
}
