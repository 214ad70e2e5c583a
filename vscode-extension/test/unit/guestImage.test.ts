import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recognise } from '../../src/launch/guestImage.ts';

function multiboot(at: number): Buffer {
  const file = Buffer.alloc(at + 64);
  file.writeUInt32LE(0x1badb002, at);
  file.writeUInt32LE(3, at + 4);
  file.writeInt32LE(-(0x1badb002 + 3) | 0, at + 8);
  return file;
}

function multiboot2(at: number): Buffer {
  const file = Buffer.alloc(at + 64);
  file.writeUInt32LE(0xe85250d6, at);
  file.writeUInt32LE(0, at + 4);
  file.writeUInt32LE(24, at + 8);
  file.writeInt32LE(-(0xe85250d6 + 24) | 0, at + 12);
  return file;
}

function elf(machine: number, type: number, segmentTypes: number[], bits: 32 | 64 = 64): Buffer {
  const entrySize = bits === 64 ? 56 : 32;
  const file = Buffer.alloc(64 + entrySize * segmentTypes.length);
  file.write('\x7fELF', 'latin1');
  file[4] = bits === 64 ? 2 : 1;
  file[5] = 1;
  file.writeUInt16LE(type, 16);
  file.writeUInt16LE(machine, 18);
  if (bits === 64) {
    file.writeBigUInt64LE(64n, 32);
  } else {
    file.writeUInt32LE(64, 28);
  }
  file.writeUInt16LE(entrySize, bits === 64 ? 54 : 42);
  file.writeUInt16LE(segmentTypes.length, bits === 64 ? 56 : 44);
  segmentTypes.forEach((segment, i) => file.writeUInt32LE(segment, 64 + i * entrySize));
  return file;
}

function bootSector(size = 512): Buffer {
  const file = Buffer.alloc(size);
  file.writeUInt16BE(0x55aa, 510);
  return file;
}

const boot = (file: Buffer): string | undefined => recognise(file, file.length)?.boot;

describe('recognising guests', () => {
  it('finds Multiboot headers where the standards allow them', () => {
    assert.equal(boot(multiboot(0)), 'multiboot');
    assert.equal(boot(multiboot(8192 - 12)), 'multiboot');
    assert.equal(boot(multiboot(8192 + 4)), undefined);
    assert.equal(boot(multiboot2(32768 - 64)), 'multiboot2');
  });

  it('wants the right sum', () => {
    const file = multiboot(16);
    file.writeUInt32LE(4, 20);
    assert.equal(boot(file), undefined);
  });

  it('tells kernels from programs for an operating system', () => {
    assert.equal(boot(elf(62, 2, [1, 1])), 'elf');
    assert.equal(boot(elf(3, 2, [1], 32)), 'elf');
    assert.equal(boot(elf(62, 3, [6, 3, 1])), undefined, 'asks for an interpreter');
    assert.equal(boot(elf(62, 1, [])), undefined, 'object file');
    assert.equal(boot(elf(183, 2, [1])), undefined, 'another processor');
  });

  it('finds boot sectors by their signature, alone or at the head of a disk', () => {
    assert.equal(boot(bootSector()), 'boot-sector');
    assert.equal(boot(bootSector(1_474_560)), 'boot-sector');
    assert.equal(boot(bootSector(700)), undefined);
    assert.equal(boot(Buffer.alloc(512)), undefined);
  });

  it('takes nothing else, however it ends', () => {
    for (const size of [0, 1, 4, 11, 63, 64]) {
      assert.equal(boot(Buffer.alloc(size)), undefined);
    }
    const truncated = elf(62, 2, [1, 3, 1]).subarray(0, 70);
    assert.equal(boot(truncated), 'elf');
  });
});
