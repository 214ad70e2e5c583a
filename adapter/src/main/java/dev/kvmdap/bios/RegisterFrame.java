package dev.kvmdap.bios;

/**
 * The registers of a guest that has called a BIOS interrupt, as {@link BiosRom} has pushed them: ES, DS, PUSHAD, the interrupt's
 * number, and what the interrupt itself has pushed. What is changed here is what the caller finds in its registers.
 */
final class RegisterFrame {

    private static final int ES = 0;
    private static final int DS = 2;
    private static final int EDI = 4;
    private static final int ESI = 8;
    private static final int EBP = 12;
    private static final int EBX = 20;
    private static final int EDX = 24;
    private static final int ECX = 28;
    private static final int EAX = 32;
    private static final int VECTOR = 36;
    private static final int IP = 38;
    private static final int CS = 40;
    private static final int FLAGS = 42;

    private static final int CARRY = 1;
    private static final int ZERO = 1 << 6;
    private static final int LOW = 0xffff;

    private final RealModeMemory memory;
    private final long address;

    /** @param pointer segment and offset of the lowest byte, as one number */
    RegisterFrame(RealModeMemory memory, int pointer) {
        this.memory = memory;
        this.address = RealModeMemory.address(pointer >>> Short.SIZE, pointer);
    }

    RealModeMemory memory() {
        return memory;
    }

    /** The number of the interrupt. */
    int vector() {
        return memory.getShort(address + VECTOR) & 0xff;
    }

    int eax() {
        return memory.getInt(address + EAX);
    }

    int ebx() {
        return memory.getInt(address + EBX);
    }

    int ecx() {
        return memory.getInt(address + ECX);
    }

    int edx() {
        return memory.getInt(address + EDX);
    }

    int ax() {
        return eax() & LOW;
    }

    int bx() {
        return ebx() & LOW;
    }

    int cx() {
        return ecx() & LOW;
    }

    int dx() {
        return edx() & LOW;
    }

    int ah() {
        return ax() >> Byte.SIZE;
    }

    int al() {
        return ax() & 0xff;
    }

    int bh() {
        return bx() >> Byte.SIZE;
    }

    int bl() {
        return bx() & 0xff;
    }

    int ch() {
        return cx() >> Byte.SIZE;
    }

    int cl() {
        return cx() & 0xff;
    }

    int dh() {
        return dx() >> Byte.SIZE;
    }

    int dl() {
        return dx() & 0xff;
    }

    int bp() {
        return memory.getShort(address + EBP);
    }

    int si() {
        return memory.getShort(address + ESI);
    }

    int di() {
        return memory.getShort(address + EDI);
    }

    int ds() {
        return memory.getShort(address + DS);
    }

    int es() {
        return memory.getShort(address + ES);
    }

    RegisterFrame eax(int value) {
        memory.putInt(address + EAX, value);
        return this;
    }

    RegisterFrame ebx(int value) {
        memory.putInt(address + EBX, value);
        return this;
    }

    RegisterFrame ecx(int value) {
        memory.putInt(address + ECX, value);
        return this;
    }

    RegisterFrame edx(int value) {
        memory.putInt(address + EDX, value);
        return this;
    }

    RegisterFrame ax(int value) {
        memory.putShort(address + EAX, value);
        return this;
    }

    RegisterFrame bx(int value) {
        memory.putShort(address + EBX, value);
        return this;
    }

    RegisterFrame cx(int value) {
        memory.putShort(address + ECX, value);
        return this;
    }

    RegisterFrame dx(int value) {
        memory.putShort(address + EDX, value);
        return this;
    }

    RegisterFrame al(int value) {
        memory.putByte(address + EAX, value);
        return this;
    }

    RegisterFrame ah(int value) {
        memory.putByte(address + EAX + 1, value);
        return this;
    }

    RegisterFrame bl(int value) {
        memory.putByte(address + EBX, value);
        return this;
    }

    RegisterFrame bp(int value) {
        memory.putShort(address + EBP, value);
        return this;
    }

    RegisterFrame di(int value) {
        memory.putShort(address + EDI, value);
        return this;
    }

    RegisterFrame es(int value) {
        memory.putShort(address + ES, value);
        return this;
    }

    /** Sets the carry flag: most services say by it that they have failed. */
    RegisterFrame carry(boolean set) {
        return flag(CARRY, set);
    }

    /** Sets the zero flag. */
    RegisterFrame zero(boolean set) {
        return flag(ZERO, set);
    }

    private RegisterFrame flag(int mask, boolean set) {
        int flags = memory.getShort(address + FLAGS);
        memory.putShort(address + FLAGS, set ? flags | mask : flags & ~mask);
        return this;
    }

    int cs() {
        return memory.getShort(address + CS);
    }

    int ip() {
        return memory.getShort(address + IP);
    }

    /** Has the ROM return to another place. */
    void returnTo(int cs, int ip) {
        memory.putShort(address + CS, cs);
        memory.putShort(address + IP, ip);
    }
}
