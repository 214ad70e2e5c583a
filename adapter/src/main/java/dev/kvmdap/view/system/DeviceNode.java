package dev.kvmdap.view.system;

import dev.kvmdap.device.DeviceItem;
import dev.kvmdap.device.Inspected;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.view.ChangeRefusedException;
import dev.kvmdap.view.EvaluatedWord;
import dev.kvmdap.view.Group;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import dev.kvmdap.view.ValueNode;
import dev.kvmdap.view.Word;
import dev.kvmdap.view.WordNode;
import java.util.List;
import java.util.function.LongConsumer;

/** A device: what its registers hold. */
final class DeviceNode implements Node {

    private final Inspected device;
    private final ValueNode.Context values;

    DeviceNode(Inspected device, ValueNode.Context values) {
        this.device = device;
        this.values = values;
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String value(NumberFormat format) {
        return "";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return rows(device.state());
    }

    private List<Node> rows(List<DeviceItem> items) {
        return items.stream().map(this::row).toList();
    }

    private Node row(DeviceItem item) {
        if (item instanceof DeviceItem.Register register) {
            return new WordNode(
                    register.name(),
                    new RegisterWord(register, values),
                    register.width(),
                    register.bits(),
                    register.meaning());
        }
        return item instanceof DeviceItem.Part part
                ? new Group(part.name(), part.text(), part.meaning(), () -> rows(part.items()))
                : new Row(item.name(), ((DeviceItem.Fact) item).text(), item.meaning());
    }

    private record RegisterWord(DeviceItem.Register register, ValueNode.Context values) implements Word {

        @Override
        public long read() {
            return register.value().getAsLong();
        }

        @Override
        public boolean isWritable() {
            return register.change() != null;
        }

        @Override
        public void write(long value) {
            LongConsumer change = register.change();
            if (change == null) {
                throw new ChangeRefusedException(
                        register.name() + " cannot be changed: the hardware does not let software");
            }
            if (register.width() < Long.SIZE && value >>> register.width() != 0) {
                throw new ChangeRefusedException("0x%x does not fit in %s, which has %d bits"
                        .formatted(value, register.name(), register.width()));
            }
            try {
                change.accept(value);
            } catch (KvmException e) {
                throw new ChangeRefusedException(
                        "KVM does not take 0x%x as %s: %s".formatted(value, register.name(), e.getMessage()), e);
            }
        }

        @Override
        public long evaluate(String text) {
            return new EvaluatedWord("0", values).evaluate(text);
        }
    }
}
