/* A PVH kernel that tells what is in its start information. */
#include "told.h"

__asm__(".section .note.pvh, \"a\", @note\n"
        ".balign 4\n"
        ".long 4, NOTE_BYTES, 18\n"
        ".asciz \"Xen\"\n"
        ".long pvh_start\n"
        ".if NOTE_BYTES == 8\n"
        ".long 0\n"
        ".endif\n"
        ".section .header, \"ax\"\n"
        ".code32\n"
        "pvh_start: mov $stack, %esp\n"
        "push %ebx\n"
        "call tell\n"
        ".globl start\n"
        "start: hlt\n" /* where e_entry leads */
        ".bss\n"
        ".skip 4096\n"
        "stack:\n"
        ".previous\n");

struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp, map;
    uint32_t map_entries, reserved;
};

struct module {
    uint64_t start, size, command_line, reserved;
};

struct memory {
    uint64_t start, length;
    uint32_t type, reserved;
};

void tell(const struct start_info *info)
{
    uint32_t cr0;
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    line("protected, paging", cr0 & 0x80000001);
    line("magic", info->magic);
    line("version", info->version);
    line("flags", info->flags);
    string("command line", (const char *)(uint32_t)info->command_line);
    for (uint32_t i = 0; i < info->module_count; i++) {
        const struct module *module = (const struct module *)(uint32_t)info->modules + i;
        string("module", (const char *)(uint32_t)module->command_line);
        bytes("contents", module->start, (uint32_t)module->size);
    }
    line("rsdp", info->rsdp);
    for (uint32_t i = 0; i < info->map_entries; i++) {
        const struct memory *memory = (const struct memory *)(uint32_t)info->map + i;
        range(memory->start, memory->length, memory->type);
    }
    leave();
}
