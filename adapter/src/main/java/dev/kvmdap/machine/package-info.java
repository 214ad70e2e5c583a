/** The guest: its physical memory, boot protocols, reset, and one thread per vCPU. */
@NullMarked
package dev.kvmdap.machine;

import org.jspecify.annotations.NullMarked;
