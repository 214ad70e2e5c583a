/* Selectors: byte offsets into the GDT of trampoline.S. Usable from C and from assembly. */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10

#endif
