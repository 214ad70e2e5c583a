/*
 * The Multiboot 2 specification (version 2.0): how a boot loader finds and starts a kernel.
 * https://www.gnu.org/software/grub/manual/multiboot2/multiboot.html
 * The first part is usable from C and from assembly.
 */
#ifndef MULTIBOOT2_H
#define MULTIBOOT2_H

#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6 /* in the image's first 32 KiB, 8-byte aligned */
#define MULTIBOOT2_I386 0

#define MULTIBOOT2_HEADER_END 0
#define MULTIBOOT2_HEADER_INFORMATION_REQUEST 1

#define MULTIBOOT2_LOADER_MAGIC 0x36d76289 /* in EAX when the kernel starts; EBX points at the information */

#define MULTIBOOT2_END 0
#define MULTIBOOT2_COMMAND_LINE 1
#define MULTIBOOT2_LOADER_NAME 2
#define MULTIBOOT2_MODULE 3
#define MULTIBOOT2_MEMORY_MAP 6

#ifndef __ASSEMBLER__

#include <stdint.h>

/* The information: its size, and tags, each at a multiple of 8 bytes. */
struct multiboot2_information {
    uint32_t size;
    uint32_t reserved;
};

struct multiboot2_tag {
    uint32_t type;
    uint32_t size;
};

struct multiboot2_text {
    struct multiboot2_tag tag;
    char text[];
};

struct multiboot2_module {
    struct multiboot2_tag tag;
    uint32_t start;
    uint32_t end;
    char text[];
};

#define MULTIBOOT2_MEMORY_AVAILABLE 1

struct multiboot2_memory {
    uint64_t address;
    uint64_t length;
    uint32_t type;
    uint32_t reserved;
};

struct multiboot2_memory_map {
    struct multiboot2_tag tag;
    uint32_t entry_size;
    uint32_t entry_version;
    struct multiboot2_memory entries[];
};

#endif
#endif
