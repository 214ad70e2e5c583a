package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import dev.kvmdap.view.CallerRegisters;
import dev.kvmdap.view.ChangeRefusedException;
import dev.kvmdap.view.RegisterFile;
import dev.kvmdap.view.VcpuRegisterNames;
import dev.kvmdap.x86.Register;
import java.util.List;
import java.util.Optional;

/**
 * What expressions may name in one frame of a stopped guest: its local variables first, and in a caller's frame the registers
 * as they will be when execution returns there. In the innermost frame registers can be assigned to. Session thread.
 */
final class FrameNames implements Names<Cpu> {

    private final Frame frame;
    private final ViewedVcpu vcpu;
    private final RegisterFile file;
    private final KeptValues kept;
    private final VcpuRegisterNames<Cpu> registers;
    private final ProgramNames program;
    private final Runnable registerChanged;

    /**
     * The names in a frame.
     *
     * @param memory what variables are changed in
     * @param kept what the user has kept for later
     * @param registerChanged hears of every register that is assigned to
     */
    FrameNames(
            Frame frame,
            ViewedVcpu vcpu,
            Symbols symbols,
            CpuMemory memory,
            KeptValues kept,
            Runnable registerChanged) {
        this.kept = kept;
        this.frame = frame;
        this.vcpu = vcpu;
        this.file = registerFile(frame, vcpu);
        this.registers = new VcpuRegisterNames<>(vcpu, file, registerChanged);
        this.registerChanged = registerChanged;
        this.program = new ProgramNames(
                symbols, frame.registers().lookupAddress(), frame.index() == 0 ? new Innermost() : new Outer(), memory);
    }

    /** The registers as a frame sees them. */
    static RegisterFile registerFile(Frame frame, ViewedVcpu vcpu) {
        return new RegisterFile(vcpu, frame.index() == 0 ? null : new CallerRegisters(frame.registers()));
    }

    /** The frame whose registers are those of the vCPU. */
    private final class Innermost implements VariablePlace.FrameOf {

        @Override
        public FrameState of(Cpu cpu) {
            return cpu;
        }

        @Override
        public FrameState now() {
            return vcpu.cpu();
        }

        @Override
        public void write(Cpu cpu, int number, long value) {
            List<Register> numbered = CallerRegisters.numbered(frame.registers());
            if (number >= numbered.size()) {
                throw new UnreadableException("it is in a register that is not changed here");
            }
            try {
                file.write(numbered.get(number), value);
            } catch (ChangeRefusedException e) {
                throw new UnreadableException(String.valueOf(e.getMessage()));
            }
            registerChanged.run();
        }
    }

    /** A frame whose registers only unwinding tells. */
    private final class Outer implements VariablePlace.FrameOf {

        @Override
        public FrameState of(Cpu cpu) {
            return new Caller(frame.registers(), cpu);
        }

        @Override
        public FrameState now() {
            return of(vcpu.cpu());
        }
    }

    /** A frame that is known by unwinding. */
    private record Caller(FrameRegisters registers, Cpu cpu) implements FrameState {

        @Override
        public int wordSize() {
            return registers.wordSize();
        }

        @Override
        public long register(int number) {
            if (!registers.mayHold(number)) {
                throw new NoValueException("is lost: the functions that this frame has called may have overwritten it");
            }
            return registers.held(number);
        }

        @Override
        public long register(int number, int offset) {
            return offset == 0 && registers.isTracked(number) ? register(number) : cpu.register(number, offset);
        }

        @Override
        public long memory(long linear, int bytes) {
            return cpu.memory(linear, bytes);
        }
    }

    @Override
    public Optional<Operand<Cpu>> register(String name) {
        return registers.register(name).or(() -> kept.find(name));
    }

    /** The names of the parts that a register has behind a dot. */
    List<String> partsOf(String register) {
        try {
            return registers.partsOf(register);
        } catch (UnreadableException hasNoValueHere) {
            return List.of();
        }
    }

    @Override
    public boolean canKeep(String name) {
        try {
            return KeptValues.isName(name) && registers.register(name).isEmpty();
        } catch (UnreadableException hasNoValueHere) {
            return false;
        }
    }

    @Override
    public void keep(String name, Value value) {
        kept.keep(name, value, memory());
    }

    @Override
    public Optional<Operand<Cpu>> modelSpecificRegister(long index) {
        return registers.modelSpecificRegister(index);
    }

    @Override
    public Optional<Operand<Cpu>> variable(String name) {
        return program.variable(name);
    }

    @Override
    public Optional<Operand<Cpu>> variable(String scope, String name) {
        return program.variable(scope, name);
    }

    @Override
    public Optional<Type> type(TypeName name) {
        return program.type(name);
    }

    @Override
    public Optional<String> similarVariable(String name) {
        return program.similarVariable(name);
    }

    @Override
    public Optional<String> similarType(TypeName name) {
        return program.similarType(name);
    }

    @Override
    public DataModel model() {
        return program.model();
    }

    @Override
    public Memory<Cpu> memory() {
        return program.memory();
    }
}
