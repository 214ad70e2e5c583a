package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import dev.kvmdap.view.ChangeRefusedException;
import dev.kvmdap.view.RegisterFile;
import dev.kvmdap.view.RegisterPart;
import dev.kvmdap.x86.Register;
import java.util.List;
import java.util.Optional;

/**
 * What expressions may name in one frame of a stopped guest: its local variables first, and in a caller's frame the registers
 * as they will be when execution returns there. In the innermost frame registers can be assigned to. Session thread.
 */
final class FrameNames implements Names<Cpu> {

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

    private final Frame frame;
    private final ViewedVcpu vcpu;
    private final RegisterFile file;
    private final ProgramNames program;
    private final Runnable registerChanged;

    /**
     * The names in a frame.
     *
     * @param memory what variables are changed in
     * @param registerChanged hears of every register that is assigned to
     */
    FrameNames(Frame frame, ViewedVcpu vcpu, Symbols symbols, CpuMemory memory, Runnable registerChanged) {
        this.frame = frame;
        this.vcpu = vcpu;
        this.file = new RegisterFile(vcpu);
        this.registerChanged = registerChanged;
        this.program = new ProgramNames(
                symbols, frame.registers().lookupAddress(), frame.index() == 0 ? new Innermost() : new Outer(), memory);
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
            List<Register> numbered = numbered(frame.registers());
            if (number >= numbered.size()) {
                throw new UnreadableException("it is in a register that is not changed here");
            }
            Register register = numbered.get(number);
            FrameNames.this.write(
                    new RegisterPart(register, 0, register.width(), IntegerType.UNSIGNED_LONG, Format.HEXADECIMAL),
                    value);
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
        Optional<RegisterPart> known = RegisterPart.of(name);
        if (known.isEmpty()) {
            return program.register(name);
        }
        RegisterPart part = known.get();
        FrameRegisters registers = frame.registers();
        int number = numbered(registers).indexOf(part.register());
        if (frame.index() == 0 || number < 0) {
            return Optional.of(new Operand<>(part.type(), part.format(), new RegisterPlace(part)));
        }
        if (!registers.has(number)) {
            throw new UnreadableException(
                    name + " is not known in this frame: the functions it has called may have changed it");
        }
        long value = part.read(registers.get(number));
        return Optional.of(new Operand<>(part.type(), part.format(), Place.constant(value)));
    }

    private static List<Register> numbered(FrameRegisters registers) {
        return registers.wordSize() == Long.BYTES ? NUMBERED_64 : NUMBERED_32;
    }

    /** A register of the vCPU, or a part of one. */
    private final class RegisterPlace implements Place<Cpu> {
        private final RegisterPart part;
        private final Place<Cpu> value;

        RegisterPlace(RegisterPart part) {
            this.part = part;
            this.value = Place.of(cpu -> part.read(file.read(part.register())));
        }

        @Override
        public long read(Cpu cpu, long offset, int bytes) {
            return value.read(cpu, offset, bytes);
        }

        @Override
        public void write(Cpu cpu, long offset, int bytes, long written) {
            FrameNames.this.write(part, written);
        }
    }

    private void write(RegisterPart part, long value) {
        try {
            file.write(part.register(), part.write(file.read(part.register()), value));
            registerChanged.run();
        } catch (ChangeRefusedException | IllegalArgumentException e) {
            throw new UnreadableException(String.valueOf(e.getMessage()));
        }
    }

    /** Any MSR that KVM knows. */
    @Override
    public Optional<Operand<Cpu>> modelSpecificRegister(long index) {
        Place<Cpu> place = new Place<>() {
            @Override
            public long read(Cpu cpu, long offset, int bytes) {
                return vcpu.modelSpecificRegister((int) index);
            }

            @Override
            public void write(Cpu cpu, long offset, int bytes, long value) {
                vcpu.storeModelSpecificRegister((int) index, value);
                registerChanged.run();
            }
        };
        return Optional.of(new Operand<>(IntegerType.UNSIGNED_LONG, Format.HEXADECIMAL, place));
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
