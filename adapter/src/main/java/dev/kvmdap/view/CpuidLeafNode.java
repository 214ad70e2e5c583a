package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.x86.CpuidCatalogue;
import dev.kvmdap.x86.CpuidField;
import dev.kvmdap.x86.CpuidRegister;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One leaf of CPUID, or one subleaf of it. */
final class CpuidLeafNode implements Node {

    private final CpuidEntry entry;
    private final CpuidEntry supported;
    private final CpuidDifference difference;

    /**
     * A leaf.
     *
     * @param supported the host's answer to the same leaf; zeros where it has none
     */
    CpuidLeafNode(CpuidEntry entry, CpuidEntry supported, CpuidDifference difference) {
        this.entry = entry;
        this.supported = supported;
        this.difference = difference;
    }

    /** Such as {@code 0x7.0 Structured extended features}. */
    @Override
    public String name() {
        String number = "0x" + Integer.toHexString(entry.function());
        if (entry.indexIsSignificant()) {
            number += "." + entry.index();
        }
        return (number + " " + CpuidCatalogue.load().leafName(entry.function())).strip();
    }

    /** The text that the leaf spells, or what KVM emulates of it that the host lacks, or its registers. */
    @Override
    public String value(NumberFormat format) {
        if ((entry.eax() | entry.ebx() | entry.ecx() | entry.edx()) == 0) {
            return "all zero";
        }
        String text = text();
        if (!text.isEmpty()) {
            return '"' + text + '"';
        }
        if (difference == CpuidDifference.OF_EMULATED) {
            List<String> beyond = beyondTheHost();
            if (!beyond.isEmpty()) {
                return "emulated only: " + String.join(" ", beyond);
            }
        }
        return "eax=0x%x ebx=0x%x ecx=0x%x edx=0x%x".formatted(entry.eax(), entry.ebx(), entry.ecx(), entry.edx());
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return Stream.of(CpuidRegister.values()).map(this::register).toList();
    }

    private Node register(CpuidRegister register) {
        int value = answer(entry, register);
        List<CpuidField> fields = CpuidCatalogue.load().fields(entry.function(), entry.index(), register);
        String number = "0x%08x".formatted(value);
        if (fields.isEmpty() && value == 0) {
            return new Row(register.term(), number, null);
        }
        return new Group(register.term(), decorated(number, value, fields), null, () -> bits(register, fields));
    }

    private static String decorated(String number, int value, List<CpuidField> fields) {
        List<String> set = fields.stream()
                .filter(field -> field.bits().isFlag() && field.bits().of(value) != 0)
                .map(CpuidField::name)
                .toList();
        return set.isEmpty() ? number : "%s [ %s ]".formatted(number, String.join(" ", set));
    }

    private List<Node> bits(CpuidRegister register, List<CpuidField> fields) {
        int value = answer(entry, register);
        long unnamed = Integer.toUnsignedLong(value);
        List<Node> rows = new ArrayList<>();
        for (CpuidField field : fields) {
            unnamed = field.bits().with(unnamed, 0);
            rows.add(new Row(field.name(), content(field, value), field.bits().meaning()));
        }
        if (unnamed != 0) {
            rows.add(new Row(
                    "unnamed", "0x%08x".formatted(unnamed), "bits that are set and whose meaning is not known"));
        }
        return rows;
    }

    private String content(CpuidField field, int value) {
        long content = field.bits().of(Integer.toUnsignedLong(value));
        if (!field.bits().isFlag()) {
            boolean wide = field.bits().maximum() > 0xffff;
            return wide ? "0x" + Long.toHexString(content) : Long.toString(content);
        }
        String remark = difference.remark(content != 0, supports(field));
        return remark.isEmpty() ? Long.toString(content) : content + ", " + remark;
    }

    private boolean supports(CpuidField field) {
        return field.bits().of(answer(supported, field.register())) != 0;
    }

    private List<String> beyondTheHost() {
        List<String> names = new ArrayList<>();
        for (CpuidRegister register : CpuidRegister.values()) {
            for (CpuidField field : CpuidCatalogue.load().fields(entry.function(), entry.index(), register)) {
                boolean here = field.bits().of(answer(entry, register)) != 0;
                if (field.bits().isFlag() && here && !supports(field)) {
                    names.add(field.name());
                }
            }
        }
        return names;
    }

    /**
     * The characters that the leaf's registers hold, where it is one of those that spell a name (SDM vol. 2, CPUID).
     */
    private String text() {
        return switch (entry.function()) {
            case 0, 0x80000000 -> characters(entry.ebx(), entry.edx(), entry.ecx());
            case 0x40000000 -> characters(entry.ebx(), entry.ecx(), entry.edx());
            case 0x80000002, 0x80000003, 0x80000004 -> characters(entry.eax(), entry.ebx(), entry.ecx(), entry.edx());
            default -> "";
        };
    }

    private static String characters(int... registers) {
        ByteBuffer bytes = ByteBuffer.allocate(registers.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int register : registers) {
            bytes.putInt(register);
        }
        String text = new String(bytes.array(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        text = end < 0 ? text : text.substring(0, end);
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f) ? text : "";
    }

    private static int answer(CpuidEntry entry, CpuidRegister register) {
        return switch (register) {
            case EAX -> entry.eax();
            case EBX -> entry.ebx();
            case ECX -> entry.ecx();
            case EDX -> entry.edx();
        };
    }
}
