import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { it } from 'node:test';
import { imageFile, withoutByproducts, type ImageFile } from '../../src/launch/imageFile.ts';

it('a file is looked at, however short it is', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'kvmdap-image-'));
  try {
    const file = path.join(folder, 'boot.bin');
    const sector = Buffer.alloc(512);
    sector.writeUInt16BE(0x55aa, 510);
    await writeFile(file, sector);
    assert.equal((await imageFile(file))?.image.boot, 'boot-sector');
    await writeFile(file, '');
    assert.equal(await imageFile(file), undefined);
    assert.equal(await imageFile(path.join(folder, 'none')), undefined);
    assert.equal(await imageFile(folder), undefined);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('of one build only the file to boot is offered', () => {
  const file = (name: string, boot: ImageFile['image']['boot']): ImageFile => ({
    path: `/x/${name}`,
    image: { boot, description: '' },
    built: 0,
  });
  const files = [
    file('a.bin', 'boot-sector'),
    file('a.elf', 'elf'),
    file('k.elf', 'multiboot'),
    file('k.elf64', 'elf'),
    file('only.elf64', 'elf'),
    file('bare.bin', 'boot-sector'),
  ];
  assert.deepEqual(
    withoutByproducts(files).map(({ path: name, symbols }) => [name, symbols]),
    [
      ['/x/a.bin', '/x/a.elf'],
      ['/x/k.elf', undefined],
      ['/x/only.elf64', undefined],
      ['/x/bare.bin', undefined],
    ],
  );
});
