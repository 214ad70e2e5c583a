/*
 * What a program asks of the kernel, by INT SYSTEM_CALL: the call's number in RAX, its argument in RDI, the answer in RAX.
 * Usable from C and from assembly.
 */
#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

#define SYSTEM_CALL 0x80

#define CALL_PRINT 1  /* the argument is a text */
#define CALL_TICKET 2 /* answers 1, 2, 3, ... */
#define CALL_EXIT 3   /* the argument is the program's result; does not return */

#endif
