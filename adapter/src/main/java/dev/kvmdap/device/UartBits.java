package dev.kvmdap.device;

import static dev.kvmdap.x86.BitField.flag;

import dev.kvmdap.x86.BitField;
import dev.kvmdap.x86.BitLayout;

/** The named bits of a 16550A's registers (National Semiconductor PC16550D data sheet, table II). */
final class UartBits {

    static final BitLayout INTERRUPT_ENABLE = BitLayout.of(
            flag("ERBFI", 0, "interrupts when data were received"),
            flag("ETBEI", 1, "interrupts when the transmitter is empty"),
            flag("ELSI", 2, "interrupts at errors"),
            flag("EDSSI", 3, "interrupts when a modem signal changes"));

    static final BitLayout INTERRUPT_IDENTIFICATION = BitLayout.of(
            flag("NONE", 0, "no interrupt is pending"),
            new BitField(
                    "ID",
                    1,
                    3,
                    "0 modem signals, 1 transmitter empty, 2 data received, 3 error, 6 data waited too long"),
            new BitField("FIFOS", 6, 7, "3: the FIFOs are on"));

    static final BitLayout LINE_CONTROL = BitLayout.of(
            new BitField("WLS", 0, 1, "bits of a character, minus 5"),
            flag("STB", 2, "two stop bits"),
            flag("PEN", 3, "parity bit"),
            flag("EPS", 4, "even parity"),
            flag("STICK", 5, "the parity bit is fixed"),
            flag("BREAK", 6, "sends a break"),
            flag("DLAB", 7, "the first two ports are the divisor"));

    static final BitLayout MODEM_CONTROL = BitLayout.of(
            flag("DTR", 0, "data terminal ready"),
            flag("RTS", 1, "request to send"),
            flag("OUT1", 2, "auxiliary output 1"),
            flag("OUT2", 3, "auxiliary output 2, which lets interrupts through on a PC"),
            flag("LOOP", 4, "what is sent is received"));

    static final BitLayout LINE_STATUS = BitLayout.of(
            flag("DR", 0, "data wait"),
            flag("OE", 1, "data were lost"),
            flag("PE", 2, "wrong parity"),
            flag("FE", 3, "wrong stop bit"),
            flag("BI", 4, "break"),
            flag("THRE", 5, "the next character can be written"),
            flag("TEMT", 6, "all characters are sent"),
            flag("FIFO", 7, "an error is in the FIFO"));

    static final BitLayout MODEM_STATUS = BitLayout.of(
            flag("DCTS", 0, "CTS has changed"),
            flag("DDSR", 1, "DSR has changed"),
            flag("TERI", 2, "RI has ended"),
            flag("DDCD", 3, "DCD has changed"),
            flag("CTS", 4, "clear to send"),
            flag("DSR", 5, "data set ready"),
            flag("RI", 6, "ring indicator"),
            flag("DCD", 7, "data carrier detect"));

    private UartBits() {}
}
