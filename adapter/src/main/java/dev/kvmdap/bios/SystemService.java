package dev.kvmdap.bios;

import dev.kvmdap.device.A20Gate;

/** INT 15h, the machine: its memory, the A20 gate, moving memory above 1 MiB, waiting. Everything else is not supported. */
final class SystemService implements Service {

    private static final int SMAP = 0x534d_4150;
    private static final int MAP_ENTRY_BYTES = 20;
    private static final int NOT_SUPPORTED = 0x86;
    private static final int MOVE_FAILED = 0x02;
    private static final int MOST_WORDS_MOVED = 0x8000;
    private static final int SOURCE_DESCRIPTOR = 0x10;
    private static final int TARGET_DESCRIPTOR = 0x18;
    private static final int A20_BY_KEYBOARD_AND_PORT_92 = 3;

    private static final int KIB_BELOW_16_MIB = 15 << 10;
    private static final int KIB_OF_64 = 64;
    private static final int LARGEST_WORD = 0xffff;
    private static final long NANOSECONDS = 1000;

    private final RealModeMemory memory;
    private final MemoryMap map;
    private final A20Gate a20;
    private long waitEnd;
    private boolean waits;

    SystemService(RealModeMemory memory, MemoryMap map, A20Gate a20) {
        this.memory = memory;
        this.map = map;
        this.a20 = a20;
    }

    @Override
    public Outcome serve(RegisterFrame call) {
        switch (call.ah()) {
            case 0x24 -> gate(call);
            case 0x86 -> {
                return await(call);
            }
            case 0x87 -> move(call);
            case 0x88 -> call.ax(Math.min(map.upperKib(), LARGEST_WORD)).carry(false);
            case 0xe8 -> memorySize(call);
            default -> refuse(call);
        }
        return Outcome.DONE;
    }

    private static void refuse(RegisterFrame call) {
        call.ah(NOT_SUPPORTED).carry(true);
    }

    private void gate(RegisterFrame call) {
        switch (call.al()) {
            case 0, 1 -> a20.set(call.al() == 1);
            case 2 -> call.al(a20.isOpen() ? 1 : 0);
            case 3 -> call.bx(A20_BY_KEYBOARD_AND_PORT_92);
            default -> {
                refuse(call);
                return;
            }
        }
        call.ah(0).carry(false);
    }

    /** CX:DX microseconds, to the next timer tick behind them. */
    private Outcome await(RegisterFrame call) {
        long now = System.nanoTime();
        if (!waits) {
            waits = true;
            waitEnd = now + ((long) call.cx() << Short.SIZE | call.dx()) * NANOSECONDS;
        }
        if (now - waitEnd < 0) {
            return Outcome.WAITING;
        }
        waits = false;
        call.carry(false);
        return Outcome.DONE;
    }

    /** CX words by the descriptors of source and target in the table at ES:SI. */
    private void move(RegisterFrame call) {
        long table = RealModeMemory.address(call.es(), call.si());
        byte[] bytes = new byte[2 * Math.min(call.cx(), MOST_WORDS_MOVED)];
        boolean moved = memory.read(base(table + SOURCE_DESCRIPTOR), bytes)
                && memory.write(base(table + TARGET_DESCRIPTOR), bytes);
        call.ah(moved ? 0 : MOVE_FAILED).carry(!moved).zero(moved);
    }

    private long base(long descriptor) {
        long low = memory.getInt(descriptor + 2) & 0xff_ffffL;
        return low | (long) memory.getByte(descriptor + 7) << 24;
    }

    private void memorySize(RegisterFrame call) {
        switch (call.al()) {
            case 0x01 -> {
                int upper = map.upperKib();
                int below = Math.min(upper, KIB_BELOW_16_MIB);
                int above = Math.min((upper - below) / KIB_OF_64, LARGEST_WORD);
                call.ax(below).bx(above).cx(below).dx(above).carry(false);
            }
            case 0x20 -> mapEntry(call);
            default -> refuse(call);
        }
    }

    private void mapEntry(RegisterFrame call) {
        int index = call.ebx();
        boolean there = call.edx() == SMAP
                && Integer.compareUnsigned(call.ecx(), MAP_ENTRY_BYTES) >= 0
                && index >= 0
                && index < map.ranges().size();
        if (!there) {
            refuse(call);
            return;
        }
        MemoryMap.Range range = map.ranges().get(index);
        long entry = RealModeMemory.address(call.es(), call.di());
        memory.putLong(entry, range.start());
        memory.putLong(entry + 8, range.size());
        memory.putInt(entry + 16, range.type().number());
        boolean last = index == map.ranges().size() - 1;
        call.eax(SMAP).ebx(last ? 0 : index + 1).ecx(MAP_ENTRY_BYTES).carry(false);
    }
}
