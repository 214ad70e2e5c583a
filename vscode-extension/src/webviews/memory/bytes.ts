/** Bytes in a row. */
export const ROW = 16;

const MASK = 0xffff_ffff_ffff_ffffn;

/** A byte of memory; null where there is none. */
export type Byte = number | null;

/** An address that many bytes further on, which may be backwards; wraps at 2^64. */
export function plus(address: bigint, bytes: number): bigint {
  return (address + BigInt(bytes)) & MASK;
}

/** The address of the row that an address lies in. */
export function rowOf(address: bigint): bigint {
  return address & ~BigInt(ROW - 1) & MASK;
}

/** A byte in hexadecimal, two characters. */
export function hexadecimal(byte: Byte): string {
  return byte === null ? '??' : byte.toString(16).padStart(2, '0');
}

/** A byte as a character of ASCII; a dot where it is none that can be shown. */
export function character(byte: Byte): string {
  return byte === null ? ' ' : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}

/** An address with as many digits as its neighbours: 8, or 16 above 4 GiB. */
export function addressText(address: bigint): string {
  return address.toString(16).padStart(address > 0xffff_ffffn ? 16 : 8, '0');
}
