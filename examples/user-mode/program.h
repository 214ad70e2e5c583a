/* The programs' beginnings, which the kernel must know. What they return is their result. */
#ifndef PROGRAM_H
#define PROGRAM_H

#define KERNEL_ADDRESS 0x100000 /* not for programs */

unsigned long count_steps(void);
unsigned long trespass(void);

/* Enters a program: its function in RDI. */
void user_start(void);

#endif
