package dev.kvmdap.engine;

import dev.kvmdap.kvm.DescriptorTable;
import dev.kvmdap.kvm.Sregs;

/**
 * What decides where linear addresses and interrupts lead, as it was when last looked at: CR0, CR3, CR4, EFER and IDTR.
 * Where it changes, traps may have to move. On the vCPU's thread; allocates nothing.
 */
final class SystemRegisters {

    private long cr0;
    private long cr3;
    private long cr4;
    private long efer;
    private long idtBase;
    private int idtLimit;

    /** Whether any of them is another than at the last call of {@link #haveChanged}. */
    boolean differ(Sregs now) {
        DescriptorTable idt = now.idt();
        return cr0 != now.cr0()
                || cr3 != now.cr3()
                || cr4 != now.cr4()
                || efer != now.efer()
                || idtBase != idt.base()
                || idtLimit != idt.limit();
    }

    /** Whether any of them is another than at the last call. */
    boolean haveChanged(Sregs now) {
        if (!differ(now)) {
            return false;
        }
        DescriptorTable idt = now.idt();
        cr0 = now.cr0();
        cr3 = now.cr3();
        cr4 = now.cr4();
        efer = now.efer();
        idtBase = idt.base();
        idtLimit = idt.limit();
        return true;
    }
}
