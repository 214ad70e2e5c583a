/** The binding to Linux KVM: one class per file descriptor, ioctl numbers and struct layouts, and the probe of the host. The only room that knows JNA. */
@NullMarked
package dev.kvmdap.kvm;

import org.jspecify.annotations.NullMarked;
