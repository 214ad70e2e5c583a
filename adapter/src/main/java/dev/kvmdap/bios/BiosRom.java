package dev.kvmdap.bios;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ROM at F000:0000, 64 KiB of which a few hundred bytes are used. Each interrupt that has a service pushes its number and
 * comes to {@code bios_service}, which pushes all registers and writes the far address of that {@link RegisterFrame} to the
 * service port; the host changes registers there, and the ROM pops them. Timer ticks are counted by the ROM itself.
 */
public final class BiosRom {

    /** Physical address of its first byte. */
    public static final int ADDRESS = 0xf0000;

    /** Its bytes. */
    public static final int BYTES = 0x10000;

    /** The code segment of its routines. */
    static final int SEGMENT = 0xf000;

    /** Written: the far address of a register frame. Read: what the service came to, a {@link Service.Outcome}. */
    static final int SERVICE_PORT = 0xb4;

    static final int DISKETTE_PARAMETERS = 0xefc7;

    private static final int CODE = 0xf000;
    private static final int RESET_VECTOR = 0xfff0;
    private static final int DATE = 0xfff5;
    private static final int MODEL = 0xfffe;
    private static final int MODEL_AT = 0xfc;

    /** Vectors of the interrupt lines 0 to 7 and 8 to 15. */
    static final int FIRST_IRQ = 0x08;

    static final int FIRST_SECOND_IRQ = 0x70;
    private static final int IRQS = 8;
    private static final int TIMER = 0x08;
    private static final int KEYBOARD = 0x09;
    private static final int USER_TIMER = 0x1c;
    private static final int DISKETTE_POINTER = 0x1e;

    /** Step rate, head unload, motor off, 512 bytes, 18 sectors, gaps, filler, settle, motor start of a 1.44 MB drive. */
    private static final int[] DISKETTE_PARAMETER_TABLE = {
        0xdf, 0x02, 0x25, 0x02, 0x12, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08
    };

    /** Vectors whose service the host gives. */
    private static final Set<Integer> SERVED =
            new TreeSet<>(Arrays.asList(0x00, 0x06, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a));

    private final RomAssembler assembler = new RomAssembler(CODE);
    private final byte[] bytes = new byte[BYTES];

    /** Puts it together; it is the same each time. */
    public BiosRom() {
        assembleService();
        SERVED.forEach(this::assembleEntry);
        assembleTimer();
        assembleKeyboard();
        assembler.routine("bios_irq").push(2, 0x50); // push ax
        endOfInterrupt().push(-2, 0x58).code(0xcf); // pop ax; iret
        assembler.routine("bios_second_irq").push(2, 0x50);
        assembler.code(0xb0, 0x20).code(0xe6, 0xa0); // mov al,0x20; out 0xa0,al
        endOfInterrupt().push(-2, 0x58).code(0xcf);
        assembler.routine("bios_iret").code(0xcf);
        assembler.routine("bios_reset", 0);
        assembler.code(0xb0, 0xfe).code(0xe6, 0x64); // mov al,0xfe; out 0x64,al: the keyboard controller resets
        assembler.label("reset").code(0xfa).code(0xf4).jumpShort(0xeb, "reset"); // cli; hlt; jmp

        byte[] code = assembler.assemble();
        System.arraycopy(code, 0, bytes, CODE, code.length);
        for (int i = 0; i < DISKETTE_PARAMETER_TABLE.length; i++) {
            bytes[DISKETTE_PARAMETERS + i] = (byte) DISKETTE_PARAMETER_TABLE[i];
        }
        int reset = assembler.offset("bios_reset");
        byte[] jump = {(byte) 0xea, (byte) reset, (byte) (reset >> Byte.SIZE), 0, (byte) (SEGMENT >> Byte.SIZE)};
        System.arraycopy(jump, 0, bytes, RESET_VECTOR, jump.length);
        byte[] date = "01/01/92".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(date, 0, bytes, DATE, date.length);
        bytes[MODEL] = (byte) MODEL_AT;
    }

    /** A waiting service is asked again, after an interrupt where there are any; one that will not go on halts the processor. */
    private void assembleService() {
        assembler.routine("bios_service", RomAssembler.INTERRUPT_FRAME_BYTES + 2);
        assembler.push(32, 0x66, 0x60); // pushad
        assembler.push(2, 0x1e).push(2, 0x06); // push ds; push es
        assembler.label("again").code(0x8c, 0xd0); // mov ax,ss
        assembler.code(0x66, 0xc1, 0xe0, 0x10).code(0x89, 0xe0); // shl eax,16; mov ax,sp
        assembler.code(0x66, 0xe7, SERVICE_PORT).code(0xe4, SERVICE_PORT); // out port,eax; in al,port
        assembler.code(0x3c, Service.Outcome.WAITING.code()).jumpShort(0x74, "wait"); // cmp al,waiting; je
        assembler.code(0x3c, Service.Outcome.HALTED.code()).jumpShort(0x74, "halt"); // cmp al,halted; je
        assembler.jumpShort(0x77, "again"); // ja
        int full = assembler.stackDepth();
        assembler.push(-2, 0x07).push(-2, 0x1f).push(-32, 0x66, 0x61); // pop es; pop ds; popad
        assembler.push(-2, 0x83, 0xc4, 0x02).code(0xcf); // add sp,2; iret
        assembler
                .depth(full)
                .label("wait")
                .code(0xfb)
                .code(0xf4)
                .code(0xfa)
                .jumpShort(0xeb, "again"); // sti; hlt; cli; jmp
        assembler.label("halt").code(0xfa).code(0xf4).jumpShort(0xeb, "halt"); // cli; hlt; jmp
    }

    private void assembleEntry(int vector) {
        assembler.routine(name(vector)).push(2, 0x6a, vector).jump(0xe9, "bios_service"); // push; jmp
    }

    /** Ticks since power-on in the BIOS data area, which begin again after 24 hours. */
    private void assembleTimer() {
        assembler.routine(name(TIMER)).push(2, 0x50).push(2, 0x1e); // push ax; push ds
        assembler.code(0x31, 0xc0).code(0x8e, 0xd8); // xor ax,ax; mov ds,ax
        assembler.code(0x66, 0xff, 0x06, 0x6c, 0x04); // inc dword [0x46c]
        assembler.code(0x66, 0x81, 0x3e, 0x6c, 0x04, 0xb0, 0x00, 0x18, 0x00); // cmp dword [0x46c],0x1800b0
        assembler.jumpShort(0x72, "today"); // jb
        assembler.code(0x66, 0xc7, 0x06, 0x6c, 0x04, 0, 0, 0, 0); // mov dword [0x46c],0
        assembler.code(0xc6, 0x06, 0x70, 0x04, 0x01); // mov byte [0x470],1
        assembler.label("today").code(0xcd, USER_TIMER); // int 0x1c
        endOfInterrupt().push(-2, 0x1f).push(-2, 0x58).code(0xcf); // pop ds; pop ax; iret
    }

    private void assembleKeyboard() {
        assembler.routine(name(KEYBOARD)).push(2, 0x50); // push ax
        endOfInterrupt().push(-2, 0x58); // pop ax
        assembler.push(2, 0x6a, KEYBOARD).jump(0xe9, "bios_service"); // push; jmp
    }

    private RomAssembler endOfInterrupt() {
        return assembler.code(0xb0, 0x20).code(0xe6, 0x20); // mov al,0x20; out 0x20,al
    }

    private static String name(int vector) {
        return "bios_int%02x".formatted(vector);
    }

    /** All its bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** An ELF file that tells its routines, their code and how their stack is unwound. */
    public byte[] symbols() {
        return new RomSymbols(assembler, bytes).file();
    }

    /** The far address that an interrupt vector holds when a guest starts: segment and offset, as one number. */
    int vector(int number) {
        if (number == DISKETTE_POINTER) {
            return far(DISKETTE_PARAMETERS);
        }
        if (SERVED.contains(number) || number == TIMER || number == KEYBOARD) {
            return far(assembler.offset(name(number)));
        }
        if (number >= FIRST_IRQ && number < FIRST_IRQ + IRQS) {
            return far(assembler.offset("bios_irq"));
        }
        boolean second = number >= FIRST_SECOND_IRQ && number < FIRST_SECOND_IRQ + IRQS;
        return far(assembler.offset(second ? "bios_second_irq" : "bios_iret"));
    }

    private static int far(int offset) {
        return SEGMENT << 16 | offset;
    }
}
