/* Selectors: byte offsets into the GDT of start.S, with the privilege level in the lowest two bits. Usable from C and assembly. */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define USER_CODE_SELECTOR 0x1b
#define USER_DATA_SELECTOR 0x23
#define TASK_SELECTOR 0x28

#endif
