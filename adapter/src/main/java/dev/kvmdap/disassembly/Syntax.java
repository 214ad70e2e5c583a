package dev.kvmdap.disassembly;

/** The two ways of writing x86 instructions. */
public enum Syntax {
    /** Destination first, sizes at the operands: {@code mov DWORD PTR [rbp-0x4],eax}. */
    INTEL("intel"),
    /** Destination last, sizes at the mnemonic, sigils: {@code mov %eax,-0x4(%rbp)}. */
    ATT("att");

    private final String term;

    Syntax(String term) {
        this.term = term;
    }

    /** The name in launch configurations. */
    public String term() {
        return term;
    }
}
