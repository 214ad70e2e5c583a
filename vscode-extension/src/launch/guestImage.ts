/** What a file looks like to someone who wants to boot it. */
export interface GuestImage {
  /** How it would be started: a value of the launch configuration's key `boot`. */
  readonly boot: 'multiboot' | 'multiboot2' | 'pvh' | 'elf' | 'boot-sector';
  /** For people: `Multiboot kernel`. */
  readonly description: string;
}

/** How much of a file's beginning is enough to recognise it: Multiboot 2 headers may begin below 32 KiB. */
export const RECOGNISED_BY = 32768 + 64;

const SECTOR = 512;
const MULTIBOOT_MAGIC = 0x1badb002;
const MULTIBOOT_SEARCH = 8192;
const MULTIBOOT2_MAGIC = 0xe85250d6;
const MULTIBOOT2_SEARCH = 32768;
const EM_386 = 3;
const EM_X86_64 = 62;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_INTERP = 3;

/**
 * Recognises a guest by how its file begins: Multiboot and ELF kernels, and boot sectors. Programs for an operating system (ELF files
 * that ask for an interpreter) and object files are none.
 *
 * @param head the file's first {@link RECOGNISED_BY} bytes, or all of it
 * @param size the whole file's size in bytes
 */
export function recognise(head: Uint8Array, size: number): GuestImage | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (hasMultiboot2Header(view)) {
    return { boot: 'multiboot2', description: 'Multiboot 2 kernel' };
  }
  if (hasMultibootHeader(view)) {
    return { boot: 'multiboot', description: 'Multiboot kernel' };
  }
  if (isBareElf(view)) {
    return { boot: 'elf', description: 'ELF kernel' };
  }
  return isBootSector(view, size) ? { boot: 'boot-sector', description: 'boot sector' } : undefined;
}

function hasMultibootHeader(view: DataView): boolean {
  const end = Math.min(view.byteLength, MULTIBOOT_SEARCH) - 12;
  for (let at = 0; at <= end; at += 4) {
    const magic = view.getUint32(at, true);
    if (magic === MULTIBOOT_MAGIC && sum(magic, view.getUint32(at + 4, true), view.getUint32(at + 8, true)) === 0) {
      return true;
    }
  }
  return false;
}

function hasMultiboot2Header(view: DataView): boolean {
  const end = Math.min(view.byteLength, MULTIBOOT2_SEARCH) - 16;
  for (let at = 0; at <= end; at += 8) {
    const magic = view.getUint32(at, true);
    const rest = [4, 8, 12].map((offset) => (magic === MULTIBOOT2_MAGIC ? view.getUint32(at + offset, true) : 1));
    if (magic === MULTIBOOT2_MAGIC && sum(magic, ...rest) === 0) {
      return true;
    }
  }
  return false;
}

/** The sum of 32-bit numbers, as 32 bits. */
function sum(...numbers: number[]): number {
  return numbers.reduce((total, number) => (total + number) >>> 0, 0);
}

function isBareElf(view: DataView): boolean {
  if (view.byteLength < 64 || view.getUint32(0) !== 0x7f454c46 || view.getUint8(5) !== 1) {
    return false;
  }
  const type = view.getUint16(16, true);
  const machine = view.getUint16(18, true);
  if ((type !== ET_EXEC && type !== ET_DYN) || (machine !== EM_386 && machine !== EM_X86_64)) {
    return false;
  }
  return !asksForInterpreter(view);
}

function asksForInterpreter(view: DataView): boolean {
  const is64 = view.getUint8(4) === 2;
  const table = is64 ? Number(view.getBigUint64(32, true)) : view.getUint32(28, true);
  const entrySize = view.getUint16(is64 ? 54 : 42, true);
  const count = view.getUint16(is64 ? 56 : 44, true);
  for (let i = 0; i < count; i++) {
    const at = table + i * entrySize;
    if (at + 4 > view.byteLength) {
      return false;
    }
    if (view.getUint32(at, true) === PT_INTERP) {
      return true;
    }
  }
  return false;
}

function isBootSector(view: DataView, size: number): boolean {
  return size >= SECTOR && size % SECTOR === 0 && view.byteLength >= SECTOR && view.getUint16(510) === 0x55aa;
}
