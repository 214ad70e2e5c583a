/* The local APIC: what a processor is known by to the others, and how it sends them interrupts (SDM vol. 3, chapter 11). */
#ifndef APIC_H
#define APIC_H

#include <stdint.h>

/* Lets this processor's APIC send and receive interrupts. */
void apic_enable(void);

/* This processor's number. */
uint8_t apic_id(void);

/* Resets another processor, which then waits for its start-up interrupt. */
void apic_send_init(uint8_t apic_id);

/* Starts a processor that waits for it, in real mode; one that runs already does not notice. */
void apic_send_startup(uint8_t apic_id, uintptr_t address);

#endif
