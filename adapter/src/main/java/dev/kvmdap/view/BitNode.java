package dev.kvmdap.view;

import dev.kvmdap.x86.BitField;

/** One bit, or a run of bits, of a register. */
final class BitNode implements Node {

    private final BitField field;
    private final RegisterNode register;

    BitNode(BitField field, RegisterNode register) {
        this.field = field;
        this.register = register;
    }

    @Override
    public String name() {
        return field.name();
    }

    /** In decimal where it is a single digit, as bits are read, and in hexadecimal otherwise. */
    @Override
    public String value() {
        long value = field.of(register.read());
        return value >= 0 && value < 10 ? Long.toString(value) : "0x" + Long.toHexString(value);
    }

    @Override
    public String type() {
        return field.meaning();
    }

    @Override
    public String evaluateName() {
        return "(%s >> %d) & 0x%x".formatted(register.evaluateName(), field.low(), field.maximum());
    }

    @Override
    public boolean settable() {
        return true;
    }

    @Override
    public void set(String text) {
        long value = register.evaluate(text);
        try {
            register.write(field.with(register.read(), value));
        } catch (IllegalArgumentException e) {
            throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
        }
    }
}
