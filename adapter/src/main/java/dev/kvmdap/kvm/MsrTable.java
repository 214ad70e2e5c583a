package dev.kvmdap.kvm;

import java.util.ArrayList;
import java.util.List;

/** Moves lists of MSRs through struct kvm_msrs (api.txt 4.18, 4.19). */
final class MsrTable {
    /** KVM refuses 256 entries or more in one call. */
    private static final int MOST_AT_ONCE = 128;

    private MsrTable() {}

    /**
     * @param ioctl KVM_GET_MSRS, which fills values in, or KVM_SET_MSRS
     */
    static Msr.Transfer transfer(Descriptor descriptor, Ioctl ioctl, List<Msr> wanted) {
        List<Msr> done = new ArrayList<>(wanted.size());
        List<Integer> refused = new ArrayList<>();
        int next = 0;
        while (next < wanted.size()) {
            List<Msr> batch = wanted.subList(next, Math.min(wanted.size(), next + MOST_AT_ONCE));
            NativeStruct table = write(batch);
            int accepted = Math.min(batch.size(), descriptor.call(ioctl, table));
            for (int i = 0; i < accepted; i++) {
                done.add(new Msr(batch.get(i).index(), table.bytes().getLong(valueAt(i))));
            }
            next += accepted;
            if (accepted < batch.size()) {
                refused.add(wanted.get(next).index());
                next++;
            }
        }
        return new Msr.Transfer(done, refused);
    }

    private static NativeStruct write(List<Msr> batch) {
        NativeStruct table = new NativeStruct(entryAt(batch.size()));
        table.bytes().putInt(Layouts.MSRS.offset("nmsrs"), batch.size());
        for (int i = 0; i < batch.size(); i++) {
            table.bytes()
                    .putInt(
                            entryAt(i) + Layouts.MSR_ENTRY.offset("index"),
                            batch.get(i).index());
            table.bytes().putLong(valueAt(i), batch.get(i).value());
        }
        return table;
    }

    private static int entryAt(int index) {
        return Layouts.MSRS.size() + index * Layouts.MSR_ENTRY.size();
    }

    private static int valueAt(int index) {
        return entryAt(index) + Layouts.MSR_ENTRY.offset("data");
    }
}
