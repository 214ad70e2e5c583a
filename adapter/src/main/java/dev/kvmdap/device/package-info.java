/** What the guest finds at its I/O ports: serial line, debug port, exit port, keyboard controller, clock, reset controls. */
@NullMarked
package dev.kvmdap.device;

import org.jspecify.annotations.NullMarked;
