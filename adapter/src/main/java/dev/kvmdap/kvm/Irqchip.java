package dev.kvmdap.kvm;

/** The in-kernel interrupt controllers whose state a VM gives and takes (api.txt 4.26, 4.27). */
public enum Irqchip {
    /** The first i8259: kvm_pic_state. */
    PIC_MASTER(0),
    /** The second i8259: kvm_pic_state. */
    PIC_SLAVE(1),
    /** The IOAPIC: kvm_ioapic_state. */
    IOAPIC(2);

    private final int number;

    Irqchip(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /**
     * Where a field stands in the state of such a controller.
     *
     * @param field as struct kvm_pic_state or kvm_ioapic_state calls it
     */
    public int offset(String field) {
        return (this == IOAPIC ? Layouts.IOAPIC_STATE : Layouts.PIC_STATE).offset(field);
    }
}
