/* What lies where on the disk and in memory. Usable from C and from assembly. */
#ifndef LAYOUT_H
#define LAYOUT_H

/* On the disk, in sectors of 512 bytes: the boot sector, the second stage, the kernel. */
#define STAGE2_SECTOR 1
#define STAGE2_SECTORS 8
#define KERNEL_SECTOR 9
#define KERNEL_SECTORS 48

/* In memory. What is below 1 MiB the BIOS can reach; the kernel is linked at 1 MiB. */
#define PAGE_TABLES 0x1000 /* three pages */
#define MEMORY_MAP 0x5000
#define STAGE1 0x7c00
#define STAGE2 0x8000
#define KERNEL_BUFFER 0x10000
#define KERNEL 0x100000
#define KERNEL_STACK 0x90000

#endif
