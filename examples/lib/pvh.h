/*
 * Xen's x86/HVM direct boot ABI, "PVH": an ELF note names the entry point, and EBX points at the start information.
 * https://xenbits.xen.org/docs/unstable/misc/pvh.html
 * The first part is usable from C and from assembly.
 */
#ifndef PVH_H
#define PVH_H

#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define PVH_START_MAGIC 0x336ec578

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Every address is a physical one. */
struct pvh_start_info {
    uint32_t magic;
    uint32_t version; /* the memory map is there from version 1 on */
    uint32_t flags;
    uint32_t module_count;
    uint64_t modules;
    uint64_t command_line;
    uint64_t rsdp;
    uint64_t memory_map;
    uint32_t memory_map_entries;
    uint32_t reserved;
};

#define PVH_MEMORY_AVAILABLE 1

struct pvh_memory {
    uint64_t address;
    uint64_t length;
    uint32_t type;
    uint32_t reserved;
};

#endif
#endif
