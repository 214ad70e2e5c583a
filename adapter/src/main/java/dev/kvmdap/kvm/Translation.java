package dev.kvmdap.kvm;

import dev.kvmdap.x86.GuestPhysical;

/**
 * KVM's answer to "where does this linear address lead" (struct kvm_translation, api.txt 4.15).
 *
 * @param valid whether the address is mapped; the rest has a meaning only then
 */
public record Translation(GuestPhysical address, boolean valid, boolean writable, boolean user) {}
