package dev.kvmdap.engine;

import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.x86.GuestVirtual;

/**
 * An instruction that was executed, though RIP is past it.
 *
 * @param address linear
 * @param segment what CS said when it was
 */
public record ExecutedInstruction(GuestVirtual address, CodeSegment segment) {}
