/* A Multiboot 1 kernel that tells what is in its information structure. FLAGS: of its header. */
#include "told.h"

__asm__(".section .header, \"ax\"\n"
        ".balign 4\n"
        "header: .long 0x1badb002, " FLAGS ", -(0x1badb002 + " FLAGS ")\n"
        ".long header, header, 0, end, start\n"
        ".long 0, 1024, 768, 32\n"
        ".globl start\n"
        "start: mov $stack, %esp\n"
        "push %ebx\n"
        "push %eax\n"
        "call tell\n"
        ".bss\n"
        ".skip 4096\n"
        "stack:\n"
        ".previous\n");

struct info {
    uint32_t flags, lower, upper, boot_device, command_line, module_count, modules;
    uint32_t section_count, section_bytes, sections, section_names;
    uint32_t map_bytes, map, drives_bytes, drives, config, loader_name, apm;
    uint32_t vbe[4];
    uint64_t screen;
    uint32_t pitch, width, height;
    uint8_t bits, type;
} __attribute__((packed));

struct module {
    uint32_t start, end, string, reserved;
};

struct memory {
    uint32_t size;
    uint64_t start, length;
    uint32_t type;
} __attribute__((packed));

void tell(uint32_t magic, const struct info *info)
{
    line("magic", magic);
    line("flags", info->flags);
    line("lower", info->lower);
    line("upper", info->upper);
    string("command line", (const char *)info->command_line);
    string("loader", (const char *)info->loader_name);
    for (uint32_t i = 0; i < info->module_count; i++) {
        const struct module *module = (const struct module *)info->modules + i;
        string("module", (const char *)module->string);
        bytes("contents", module->start, module->end - module->start);
    }
    for (uint32_t at = info->map; at < info->map + info->map_bytes;) {
        const struct memory *memory = (const struct memory *)at;
        range(memory->start, memory->length, memory->type);
        at += memory->size + 4;
    }
    if (info->flags & 1 << 5) {
        sections((const struct elf32_section *)info->sections, info->section_count, info->section_names);
    }
    if (info->flags & 1 << 12) {
        text("screen");
        number(info->screen);
        number(info->pitch);
        number(info->width);
        number(info->height);
        number(info->bits);
        number(info->type);
        text("\n");
    }
    leave();
}
