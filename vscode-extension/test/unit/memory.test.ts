import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GuestMemory, parseReference, reference, type Requests } from '../../src/memory/guestMemory.ts';
import { addressText, character, hexadecimal, plus, rowOf } from '../../src/webviews/memory/bytes.ts';

/** A session whose memory is mapped from 0x1000 to 0x1fff, each byte the low byte of its address. */
class Session implements Requests {
  readonly asked: { command: string; request: object | undefined }[] = [];
  answer: object = {};

  customRequest(command: string, request?: object): Promise<unknown> {
    this.asked.push({ command, request });
    return Promise.resolve(
      command === 'readMemory' ? this.#read(request as { offset: number; count: number }) : this.answer,
    );
  }

  #read({ offset, count, memoryReference }: { offset: number; count: number; memoryReference?: string }): object {
    const start = Number(memoryReference) + offset;
    const end = start + count;
    if (start < 0x1000) {
      return { address: '', data: '', unreadableBytes: Math.min(count, 0x1000 - start) };
    }
    const bytes = Buffer.from(
      Array.from({ length: Math.max(0, Math.min(end, 0x2000) - start) }, (_, i) => (start + i) & 0xff),
    );
    return { address: '', data: bytes.toString('base64'), unreadableBytes: count - bytes.length };
  }
}

describe('memory of a guest', () => {
  it('is read with its holes', async () => {
    const memory = new GuestMemory(new Session());
    const bytes = await memory.read({ physical: false, address: '0xffe' }, 4);
    assert.deepEqual(bytes, [null, null, 0, 1]);
    assert.deepEqual(await memory.read({ physical: false, address: '0x1fff' }, 3), [0xff, null, null]);
  });

  it('is written by reference', async () => {
    const session = new Session();
    await new GuestMemory(session).write({ physical: true, address: '0xb8000' }, Uint8Array.of(65, 66));
    assert.deepEqual(session.asked, [
      { command: 'writeMemory', request: { memoryReference: 'p:0xb8000', data: 'QUI=' } },
    ]);
  });

  it('is found by address without asking', async () => {
    const session = new Session();
    const memory = new GuestMemory(session);
    assert.deepEqual(await memory.find(' 0x00B8000 ', 1), { physical: false, address: '0xb8000' });
    assert.deepEqual(await memory.find('p:0x10', 1), { physical: true, address: '0x10' });
    assert.deepEqual(session.asked, []);
  });

  it('is found by what an expression points to, else by its value', async () => {
    const session = new Session();
    const memory = new GuestMemory(session);
    session.answer = { result: '{a = 1}', memoryReference: '0x1234' };
    assert.equal((await memory.find('table', 7)).address, '0x1234');
    assert.deepEqual(session.asked[0]?.request, { expression: 'table', context: 'watch', frameId: 7 });
    session.answer = { result: '0x100040 <main+4>' };
    assert.equal((await memory.find('$rip', undefined)).address, '0x100040');
    session.answer = { result: '"text"' };
    await assert.rejects(memory.find('name', 1), /name is "text", which is no address/);
  });

  it('has references that are written as they are read', () => {
    for (const text of ['0x0', 'p:0xb8000', '0xffffffffffffffff']) {
      const place = parseReference(text);
      assert.equal(place && reference(place), text);
    }
    assert.equal(parseReference('0x10000000000000000'), undefined);
    assert.equal(parseReference('main'), undefined);
  });
});

describe('rows of the memory view', () => {
  it('wrap at the ends of the address space', () => {
    assert.equal(plus(0xffff_ffff_ffff_fff0n, 16), 0n);
    assert.equal(plus(0n, -16), 0xffff_ffff_ffff_fff0n);
    assert.equal(rowOf(0x1237n), 0x1230n);
  });

  it('show bytes, characters and holes', () => {
    assert.deepEqual([0, 0x41, null].map(hexadecimal), ['00', '41', '??']);
    assert.deepEqual([0, 0x41, 0x7f, null].map(character), ['.', 'A', '.', ' ']);
    assert.equal(addressText(0x7c00n), '00007c00');
    assert.equal(addressText(0xffff_8000_0000_0000n), 'ffff800000000000');
  });
});
