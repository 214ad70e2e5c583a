package dev.kvmdap.view;

import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.x86.Register;
import java.util.List;
import java.util.OptionalLong;

/** The registers as they will be when execution returns to a frame: those that unwinding follows, as far as they are known. */
public final class CallerRegisters {

    /** The general registers in the order of DWARF's numbers in 64-bit code (System V psABI for x86-64, figure 3.36). */
    private static final List<Register> NUMBERED_64 = List.of(
            Register.RAX,
            Register.RDX,
            Register.RCX,
            Register.RBX,
            Register.RSI,
            Register.RDI,
            Register.RBP,
            Register.RSP,
            Register.R8,
            Register.R9,
            Register.R10,
            Register.R11,
            Register.R12,
            Register.R13,
            Register.R14,
            Register.R15,
            Register.RIP);

    /** The same in 32-bit code (System V psABI for i386, figure 2.14). */
    private static final List<Register> NUMBERED_32 = List.of(
            Register.RAX,
            Register.RCX,
            Register.RDX,
            Register.RBX,
            Register.RSP,
            Register.RBP,
            Register.RSI,
            Register.RDI,
            Register.RIP);

    private final FrameRegisters registers;
    private final List<Register> numbered;

    /** The registers of a frame. */
    public CallerRegisters(FrameRegisters registers) {
        this.registers = registers;
        this.numbered = numbered(registers);
    }

    /** The registers by DWARF number that a frame's code knows. */
    public static List<Register> numbered(FrameRegisters registers) {
        return registers.wordSize() == Long.BYTES ? NUMBERED_64 : NUMBERED_32;
    }

    /** Whether the frame has a value of its own for a register; of others there is only the vCPU's. */
    boolean covers(Register register) {
        return numbered.contains(register);
    }

    /** The register's value; empty where it is lost. */
    OptionalLong read(Register register) {
        int number = numbered.indexOf(register);
        return registers.has(number) ? OptionalLong.of(registers.get(number)) : OptionalLong.empty();
    }
}
