package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.Value;
import dev.kvmdap.x86.X87Tags;
import dev.kvmdap.x86.XsaveArea;

/** A register of the x87 stack, as a floating-point number. */
final class StackRegisterNode implements Node {

    private static final int SPACING = 16;

    private final int number;
    private final ValueNode value;
    private final StoppedVcpu vcpu;

    StackRegisterNode(int number, Value value, ValueNode.Context context, StoppedVcpu vcpu) {
        this.number = number;
        this.value = new ValueNode("st" + number, "$st" + number, value, context);
        this.vcpu = vcpu;
    }

    @Override
    public String name() {
        return value.name();
    }

    /** The number, and behind it whether the register counts as empty. */
    @Override
    public String value(NumberFormat format) {
        return value.value(format) + (X87Tags.isEmpty(vcpu.xsave(), number) ? " [ empty ]" : "");
    }

    /** The ten bytes in hexadecimal, since the number is the nearest double. */
    @Override
    public String type() {
        byte[] area = vcpu.xsave();
        StringBuilder digits = new StringBuilder("long double 0x");
        for (int i = 9; i >= 0; i--) {
            digits.append("%02x".formatted(area[XsaveArea.ST + SPACING * number + i] & 0xff));
        }
        return digits.toString();
    }

    @Override
    public String evaluateName() {
        return value.evaluateName();
    }

    @Override
    public boolean settable() {
        return true;
    }

    @Override
    public void set(String text) {
        int decoration = text.indexOf('[');
        value.set(decoration < 0 ? text : text.substring(0, decoration));
    }
}
