/* The control bits that switch long mode on (SDM vol. 3, 10.8.5). For assembly. */
#ifndef LONG_MODE_H
#define LONG_MODE_H

#define CR0_PE (1 << 0)  /* protected mode */
#define CR0_PG (1 << 31) /* paging */
#define CR4_PAE (1 << 5) /* 8-byte page-table entries, which long mode needs */
#define IA32_EFER 0xc0000080
#define EFER_LME (1 << 8) /* long mode, once paging is on */

#endif
