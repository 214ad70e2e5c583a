package dev.kvmdap.engine;

import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.disassembly.Operand.Memory;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds the instruction that has accessed watched memory after a vCPU has gone past it: the one in front of RIP, if by the
 * registers it names that memory. Session thread, while the guest stands still.
 */
final class AccessingInstruction {

    private static final long RFLAGS_DF = 1 << 10;
    private static final Set<String> STRING = Set.of("movs", "stos", "lods", "cmps", "scas", "ins", "outs");

    private final Cpu cpu;
    private final GuestCode code;
    private final EffectiveAddress addresses;

    AccessingInstruction(Cpu cpu, Symbols symbols) {
        this.cpu = cpu;
        this.code = new GuestCode(cpu, symbols);
        this.addresses = new EffectiveAddress(cpu);
    }

    /** The instruction; empty where what is in front of RIP did not do it, as after a jump, or where that cannot be known. */
    Optional<GuestVirtual> of(WatchHit hit) {
        long pc = cpu.pc();
        Optional<DecodedInstruction> repeated = code.around(pc, 0, 1).stream()
                .filter(AccessingInstruction::isRepeated)
                .findFirst();
        return repeated.filter(one -> accesses(one, hit.watchpoint()))
                .or(() -> code.previous(pc).filter(one -> accesses(one, hit.watchpoint())))
                .map(one -> new GuestVirtual(one.address()));
    }

    private static boolean isRepeated(DecodedInstruction instruction) {
        return instruction.prefixes().stream().anyMatch(prefix -> prefix.startsWith("rep"));
    }

    private boolean accesses(DecodedInstruction instruction, Watchpoint point) {
        boolean byOperand = instruction.operands().stream()
                .filter(Memory.class::isInstance)
                .map(Memory.class::cast)
                .anyMatch(memory -> covers(instruction, memory, point));
        return byOperand || (pushes(instruction) && overlaps(cpu.stackPointer(), cpu.codeBits() / Byte.SIZE, point));
    }

    private boolean covers(DecodedInstruction instruction, Memory memory, Watchpoint point) {
        OptionalLong address = addresses.of(instruction, memory);
        if (address.isEmpty()) {
            return false;
        }
        int size = Math.max(1, memory.bytes());
        long passed = STRING.contains(instruction.mnemonic(Syntax.INTEL)) ? step(size) : 0;
        return overlaps(address.getAsLong() - passed, size, point);
    }

    /** String instructions have moved their pointers on. */
    private long step(int size) {
        return (cpu.regs().rflags() & RFLAGS_DF) == 0 ? size : -size;
    }

    private static boolean pushes(DecodedInstruction instruction) {
        return instruction.mnemonic(Syntax.INTEL).startsWith("push");
    }

    private static boolean overlaps(long address, int size, Watchpoint point) {
        long first = point.address().address();
        return address - first < point.length() && first - address < size;
    }
}
