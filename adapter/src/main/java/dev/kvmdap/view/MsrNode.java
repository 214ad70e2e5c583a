package dev.kvmdap.view;

import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.x86.BitField;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.ModelSpecificRegister;
import dev.kvmdap.x86.MsrCatalogue;
import org.jspecify.annotations.Nullable;

/** A model-specific register, by its name. */
final class MsrNode extends WordNode {

    private final ModelSpecificRegister register;

    MsrNode(ModelSpecificRegister register, StoppedVcpu vcpu, RegisterFile file) {
        super(
                register.name(),
                new OfVcpu(register, vcpu, file),
                Long.SIZE,
                register.layout().orElse(null),
                "0x%x: %s".formatted(register.index(), register.meaning()));
        this.register = register;
    }

    private record OfVcpu(ModelSpecificRegister register, StoppedVcpu vcpu, RegisterFile file) implements Word {

        @Override
        public long read() {
            return vcpu.modelSpecificRegister(register.index());
        }

        @Override
        public void write(long value) {
            try {
                vcpu.storeModelSpecificRegister(register.index(), value);
            } catch (UnreadableException e) {
                throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public String expression() {
            return isNamed() ? "$" + register.name() : "$msr(0x%x)".formatted(register.index());
        }

        private boolean isNamed() {
            return MsrCatalogue.load().named(register.name()).isPresent();
        }

        @Override
        public String expression(BitField field) {
            return expression() + "." + field.name();
        }

        @Override
        public long evaluate(String text) {
            return file.evaluate(text);
        }
    }

    /** Where a register holds an address, there; which ones do is told by their names. */
    @Override
    public @Nullable String memoryReference() {
        try {
            long value = word().read();
            return switch (register.name()) {
                case "IA32_LSTAR",
                        "IA32_CSTAR",
                        "IA32_SYSENTER_EIP",
                        "IA32_SYSENTER_ESP",
                        "IA32_FS_BASE",
                        "IA32_GS_BASE",
                        "IA32_KERNEL_GS_BASE" -> new GuestVirtual(value).toString();
                case "IA32_APIC_BASE" -> new GuestPhysical(value & -4096 & (1L << 52) - 1).toString();
                default -> null;
            };
        } catch (UnreadableException e) {
            return null;
        }
    }
}
