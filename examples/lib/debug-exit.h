/*
 * The exit port, known from QEMU's device "isa-debug-exit": writing v ends the virtual machine, and the host sees
 * the exit code (v << 1) | 1. That is never 0, so a guest cannot be mistaken for one that never said how it went.
 * Usable from C and from assembly.
 */
#ifndef DEBUG_EXIT_H
#define DEBUG_EXIT_H

#define DEBUG_EXIT_PORT 0xf4

#define EXIT_SUCCESS 0x10 /* exit code 33 */
#define EXIT_FAILURE 0x11 /* exit code 35 */

#endif
