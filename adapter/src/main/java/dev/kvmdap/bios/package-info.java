/** The firmware of a PC in real mode: a ROM of a few instructions, and the services that it hands over to the host. */
@NullMarked
package dev.kvmdap.bios;

import org.jspecify.annotations.NullMarked;
