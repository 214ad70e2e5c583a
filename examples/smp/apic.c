#include "apic.h"

#define APIC 0xfee00000 /* SDM vol. 3, 11.4.1 */

/* Registers, as offsets (SDM vol. 3, table 11-1). */
#define APIC_ID 0x20
#define APIC_SPURIOUS_VECTOR 0xf0
#define APIC_COMMAND_LOW 0x300
#define APIC_COMMAND_HIGH 0x310

#define SPURIOUS_VECTOR 0xff
#define SOFTWARE_ENABLE (1 << 8)

/* The interrupt command (SDM vol. 3, 11.6.1). */
#define DELIVER_INIT (5 << 8)
#define DELIVER_STARTUP (6 << 8)
#define DELIVERY_PENDING (1 << 12)
#define LEVEL_ASSERT (1 << 14)

static volatile uint32_t *apic_register(unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)(APIC + offset);
}

void apic_enable(void)
{
    *apic_register(APIC_SPURIOUS_VECTOR) = SOFTWARE_ENABLE | SPURIOUS_VECTOR;
}

uint8_t apic_id(void)
{
    return *apic_register(APIC_ID) >> 24;
}

/* Writing the low half sends the command. */
static void send(uint8_t apic_id, uint32_t command)
{
    *apic_register(APIC_COMMAND_HIGH) = (uint32_t)apic_id << 24;
    *apic_register(APIC_COMMAND_LOW) = command;
    while (*apic_register(APIC_COMMAND_LOW) & DELIVERY_PENDING) {
    }
}

void apic_send_init(uint8_t apic_id)
{
    send(apic_id, DELIVER_INIT | LEVEL_ASSERT);
}

void apic_send_startup(uint8_t apic_id, uintptr_t address)
{
    send(apic_id, DELIVER_STARTUP | LEVEL_ASSERT | (uint8_t)(address >> 12));
}
