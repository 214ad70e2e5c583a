/*
 * The Multiboot 1 specification (version 0.6.96): how a boot loader finds and starts a kernel.
 * https://www.gnu.org/software/grub/manual/multiboot/multiboot.html
 * The first part is usable from C and from assembly.
 */
#ifndef MULTIBOOT_H
#define MULTIBOOT_H

#define MULTIBOOT_HEADER_MAGIC 0x1badb002 /* in the image's first 8 KiB, 4-byte aligned */
#define MULTIBOOT_PAGE_ALIGN (1 << 0)     /* "load my modules at page boundaries" */
#define MULTIBOOT_MEMORY_INFO (1 << 1)    /* "tell me how much memory there is" */

#define MULTIBOOT_LOADER_MAGIC 0x2badb002 /* in EAX when the kernel starts; EBX points at struct multiboot_info */

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Bits of multiboot_info.flags: which of its fields hold something. */
#define MULTIBOOT_INFO_MEMORY (1 << 0)
#define MULTIBOOT_INFO_COMMAND_LINE (1 << 2)
#define MULTIBOOT_INFO_MEMORY_MAP (1 << 6)
#define MULTIBOOT_INFO_LOADER_NAME (1 << 9)

/* Every pointer is a 32-bit physical address, also where the kernel is a 64-bit one. */
struct multiboot_info {
    uint32_t flags;
    uint32_t lower_kib; /* memory below 1 MiB */
    uint32_t upper_kib; /* memory from 1 MiB up to the first hole */
    uint32_t boot_device;
    uint32_t command_line;
    uint32_t module_count;
    uint32_t modules;
    uint32_t symbols[4];
    uint32_t memory_map_bytes;
    uint32_t memory_map;
    uint32_t drives_bytes;
    uint32_t drives;
    uint32_t configuration_table;
    uint32_t loader_name;
};

#define MULTIBOOT_MEMORY_AVAILABLE 1

/* One entry of the memory map; the next one begins `size` bytes after the field `size` itself. */
struct multiboot_memory {
    uint32_t size;
    uint64_t address;
    uint64_t length;
    uint32_t type;
} __attribute__((packed));

#endif
#endif
