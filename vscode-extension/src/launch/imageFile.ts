import { open } from 'node:fs/promises';
import * as path from 'node:path';
import { recognise, RECOGNISED_BY, type GuestImage } from './guestImage.ts';

/** A guest in the file system. */
export interface ImageFile {
  /** Its absolute path. */
  readonly path: string;
  readonly image: GuestImage;
  /** When it was last written, in milliseconds since 1970. */
  readonly built: number;
  /** An ELF file beside it that holds its symbols, where it has none of its own. */
  readonly symbols?: string;
}

/** Looks at a file; undefined where it is no guest or cannot be read. */
export async function imageFile(file: string): Promise<ImageFile | undefined> {
  try {
    const handle = await open(file);
    try {
      const { size, mtimeMs } = await handle.stat();
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.alloc(Math.min(size, RECOGNISED_BY)),
        position: 0,
      });
      const image = recognise(buffer.subarray(0, bytesRead), size);
      return image && { path: file, image, built: mtimeMs };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/**
 * Of files that one build makes of one guest, the one to boot: a boot sector and not the ELF file it was cut from, which is its
 * symbols; an ELF file and not the 64-bit one that it wraps.
 */
export function withoutByproducts(files: readonly ImageFile[]): ImageFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const beside = (file: ImageFile, extension: string): ImageFile | undefined => byPath.get(stem(file) + extension);
  return files.flatMap((file) => {
    const extension = path.extname(file.path);
    if (extension === '.elf64' && beside(file, '.elf')) {
      return [];
    }
    if (extension === '.elf' && beside(file, '.bin')?.image.boot === 'boot-sector') {
      return [];
    }
    const elf = file.image.boot === 'boot-sector' ? beside(file, '.elf') : undefined;
    return [elf === undefined ? file : { ...file, symbols: elf.path }];
  });
}

function stem(file: ImageFile): string {
  return file.path.slice(0, file.path.length - path.extname(file.path).length);
}
