package dev.kvmdap.view.system;

import dev.kvmdap.device.Inspected;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.expression.ValueText;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.view.ResidentVcpu;
import dev.kvmdap.view.StoppedVcpu;
import dev.kvmdap.view.ValueNode;
import dev.kvmdap.x86.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A processor in a certain state with a mebibyte of memory that a test fills; linear addresses are physical ones in expressions. */
final class KnownSystem implements SystemState, PhysicalMemory, ValueNode.Context {

    private static final int SIZE = 1 << 20;

    final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    final Map<Long, String> symbols = new HashMap<>();
    final List<Inspected> devices = new ArrayList<>();
    private final ProcessorState state;

    KnownSystem(ProcessorState state) {
        this.state = state;
    }

    private final class Program implements Names<Object>, Memory<Object> {

        @Override
        public Optional<Operand<Object>> register(String name) {
            return Optional.empty();
        }

        @Override
        public Memory<Object> memory() {
            return this;
        }

        @Override
        public long read(Object any, AddressSpace space, long address, int length) {
            if (!holds(address, length)) {
                throw new UnreadableException("there is no memory at 0x" + Long.toHexString(address));
            }
            long value = 0;
            for (int i = length - 1; i >= 0; i--) {
                value = value << 8 | (bytes.get((int) address + i) & 0xff);
            }
            return value;
        }

        @Override
        public void write(Object any, AddressSpace space, long address, int length, long value) {
            for (int i = 0; i < length; i++) {
                bytes.put((int) address + i, (byte) (value >>> (8 * i)));
            }
        }
    }

    @Override
    public ValueText text() {
        return ValueText.WITHOUT_SYMBOLS;
    }

    @Override
    public Value evaluate(Expression expression) {
        return expression.bind(new Program()).value(this);
    }

    @Override
    public StoppedVcpu vcpu() {
        return ResidentVcpu.inLongMode();
    }

    @Override
    public ProcessorState processor() {
        return state;
    }

    @Override
    public PhysicalMemory memory() {
        return this;
    }

    @Override
    public ValueNode.Context values() {
        return this;
    }

    @Override
    public Optional<String> symbol(long linear) {
        return Optional.ofNullable(symbols.get(linear));
    }

    @Override
    public List<Inspected> devices() {
        return devices;
    }

    @Override
    public Machine machine() {
        throw new UnsupportedOperationException("there is no machine around this processor");
    }

    @Override
    public boolean holds(long physical, int length) {
        return physical >= 0 && physical <= SIZE - length;
    }

    @Override
    public int readInt(long physical) {
        return bytes.getInt((int) physical);
    }

    @Override
    public long readLong(long physical) {
        return bytes.getLong((int) physical);
    }
}
