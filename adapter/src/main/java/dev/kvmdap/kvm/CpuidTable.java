package dev.kvmdap.kvm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The variable-sized struct kvm_cpuid2 and the search for the number of entries that the kernel wants to be offered.
 *
 * <p>By api.txt 4.88 too few entries are refused with E2BIG, too many with ENOMEM and the right number in {@code nent}, and
 * the exact number is accepted. Kernels really accept too many and set {@code nent} to the valid ones; KVM_GET_EMULATED_CPUID
 * can refuse the exact number too, since it tests for room before it knows that a leaf is the last; and KVM_GET_CPUID2 of
 * older kernels leaves {@code nent} as it was, so that the least number it accepts is the exact one. All of them are met.
 */
final class CpuidTable {
    private static final int FIRST_OFFER = 64;
    private static final int LARGEST_OFFER = 1 << 14;
    private static final int NENT = Layouts.CPUID2.offset("nent");

    private CpuidTable() {}

    /** All entries that a KVM_GET_…CPUID ioctl has, and nothing behind them. */
    static List<CpuidEntry> get(Descriptor descriptor, Ioctl ioctl) {
        int tooFew = -1;
        int enough = LARGEST_OFFER + 1;
        int offer = FIRST_OFFER;
        int answer = -Errno.E2BIG.number();
        @Nullable List<CpuidEntry> accepted = null;
        while (tooFew < offer && offer < enough) {
            NativeStruct table = allocate(offer);
            answer = descriptor.attempt(ioctl, table);
            int told = table.bytes().getInt(NENT);
            if (answer >= 0) {
                accepted = entries(table.bytes(), Math.max(0, Math.min(told, offer)));
                if (accepted.size() < offer) {
                    return accepted;
                }
                enough = offer;
                offer = between(tooFew, enough);
            } else if (Errno.E2BIG.is(answer)) {
                tooFew = offer;
                offer = enough > LARGEST_OFFER ? Math.max(2 * offer, told) : between(tooFew, enough);
            } else if (Errno.ENOMEM.is(answer)) {
                enough = offer;
                offer = told > tooFew && told < enough ? told : between(tooFew, enough);
            } else {
                throw descriptor.refusal(ioctl, answer);
            }
        }
        if (accepted == null) {
            throw descriptor.refusal(ioctl, answer);
        }
        return accepted;
    }

    private static int between(int low, int high) {
        return Math.floorDiv(low + high, 2);
    }

    /** Gives a vCPU its entries. */
    static void set(Descriptor descriptor, List<CpuidEntry> entries) {
        NativeStruct table = allocate(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            CpuidEntry entry = entries.get(i);
            table.bytes()
                    .position(entryAt(i))
                    .putInt(entry.function())
                    .putInt(entry.index())
                    .putInt(entry.flags())
                    .putInt(entry.eax())
                    .putInt(entry.ebx())
                    .putInt(entry.ecx())
                    .putInt(entry.edx());
        }
        descriptor.call(Ioctl.KVM_SET_CPUID2, table);
    }

    private static NativeStruct allocate(int entries) {
        NativeStruct table = new NativeStruct(entryAt(entries));
        table.bytes().putInt(NENT, entries);
        return table;
    }

    private static List<CpuidEntry> entries(ByteBuffer table, int count) {
        List<CpuidEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            table.position(entryAt(i));
            entries.add(new CpuidEntry(
                    table.getInt(),
                    table.getInt(),
                    table.getInt(),
                    table.getInt(),
                    table.getInt(),
                    table.getInt(),
                    table.getInt()));
        }
        return List.copyOf(entries);
    }

    private static int entryAt(int index) {
        return Layouts.CPUID2.size() + index * Layouts.CPUID_ENTRY2.size();
    }
}
