package dev.kvmdap.kvm;

/**
 * An extended control register (SDM vol. 3, 2.6).
 *
 * @param index as XGETBV takes it in ECX; 0 says which parts of the XSAVE area are enabled
 * @param value all 64 bits
 */
public record Xcr(int index, long value) {}
