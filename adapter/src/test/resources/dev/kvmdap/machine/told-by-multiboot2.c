/* A Multiboot 2 kernel that tells what is in its information. TAGS: of its header, beside the end. */
#include "told.h"

__asm__(".section .header, \"ax\"\n"
        ".balign 8\n"
        "header: .long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + header_end - header)\n"
        TAGS
        ".balign 8\n"
        ".word 0, 0\n"
        ".long 8\n"
        "header_end:\n"
        ".globl start\n"
        "start: call 0f\n" /* may lie elsewhere than linked */
        "0: pop %esi\n"
        "lea stack - 0b(%esi), %esp\n"
        "push %esi\n"
        "push %ebx\n"
        "push %eax\n"
        "call tell\n"
        ".globl other_start\n"
        "other_start: mov $0x77, %ecx\n"
        "jmp start\n"
        ".bss\n"
        ".skip 4096\n"
        "stack:\n"
        ".previous\n");

struct tag {
    uint32_t type, size;
    uint32_t data[];
};

struct memory {
    uint64_t start, length;
    uint32_t type, reserved;
};

static uint64_t wide(const uint32_t *at)
{
    return at[0] | (uint64_t)at[1] << 32;
}

static void tell_tag(const struct tag *tag)
{
    switch (tag->type) {
    case 1:
        string("command line", (const char *)tag->data);
        break;
    case 2:
        string("loader", (const char *)tag->data);
        break;
    case 3:
        string("module", (const char *)(tag->data + 2));
        bytes("contents", tag->data[0], tag->data[1] - tag->data[0]);
        break;
    case 4:
        line("lower", tag->data[0]);
        line("upper", tag->data[1]);
        break;
    case 6:
        line("entry version", tag->data[1]);
        for (uint32_t at = 16; at < tag->size; at += tag->data[0]) {
            const struct memory *memory = (const struct memory *)((uint32_t)tag + at);
            range(memory->start, memory->length, memory->type);
        }
        break;
    case 8:
        text("screen");
        number(wide(tag->data));
        number(tag->data[2]);
        number(tag->data[3]);
        number(tag->data[4]);
        number(tag->data[5] & 0xff);
        number(tag->data[5] >> 8 & 0xff);
        text("\n");
        break;
    case 9:
        line("section bytes", tag->data[1]);
        sections((const struct elf32_section *)(tag->data + 3), tag->data[0], tag->data[2]);
        break;
    case 14:
        bytes("rsdp 1.0", (uint32_t)tag->data, tag->size - 8 < 8 ? 0 : 8);
        line("rsdp bytes", tag->size - 8);
        break;
    case 15:
        bytes("rsdp 2.0", (uint32_t)tag->data, 8);
        line("rsdp bytes", tag->size - 8);
        break;
    case 21:
        line("base", tag->data[0]);
        break;
    default:
        line("unexpected tag", tag->type);
    }
}

void tell(uint32_t magic, uint32_t info, uint32_t here)
{
    line("magic", magic);
    line("here", here & -4096);
    line("aligned", info % 8);
    uint32_t at = info + 8;
    uint32_t end = info + *(const uint32_t *)info;
    while (((const struct tag *)at)->type != 0) {
        const struct tag *tag = (const struct tag *)at;
        tell_tag(tag);
        at += (tag->size + 7) & -8;
    }
    line("rest", end - at - 8);
    leave();
}
