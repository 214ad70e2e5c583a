import * as path from 'node:path';
import * as vscode from 'vscode';
import { imageFile, withoutByproducts, type ImageFile } from './imageFile.ts';

/** Names that images have: reading every file of a large workspace would take too long. */
const NAMES = '**/*{.elf,.bin,.img,.elf32,.elf64,kernel,vmlinux}';
const ELSEWHERE = '**/{node_modules,.git}/**';
const MOST_FILES = 2000;

/** The guests in the workspace, those that were built last first. */
export async function workspaceImages(token?: vscode.CancellationToken): Promise<ImageFile[]> {
  const files = await vscode.workspace.findFiles(NAMES, ELSEWHERE, MOST_FILES, token);
  const images = await Promise.all(files.map((file) => imageFile(file.fsPath)));
  return withoutByproducts(images.filter((image) => image !== undefined)).sort((a, b) => b.built - a.built);
}

/** Whether a file is a source, by its name. */
export function isSource(file: vscode.Uri): boolean {
  return /\.(c|cc|cpp|cxx|h|hpp|rs|zig|s|asm|nasm)$/i.test(file.fsPath);
}

/**
 * The image that the fewest folders lie between it and a source; of equally near ones the first. None where the only way leads up to
 * the workspace's own folder and down again: that image belongs to another program.
 */
export function nearestTo(source: vscode.Uri, images: readonly ImageFile[]): ImageFile | undefined {
  const top = vscode.workspace.getWorkspaceFolder(source)?.uri.fsPath;
  const distances = images.map((image) => ({ image, way: way(source.fsPath, image.path) }));
  const nearest = distances.sort((a, b) => a.way.length - b.way.length)[0];
  if (nearest === undefined || images.length === 1) {
    return nearest?.image;
  }
  const up = nearest.way.filter((step) => step === '..').length;
  const meeting = path.resolve(path.dirname(source.fsPath), ...Array<string>(up).fill('..'));
  return meeting === top && up > 0 ? undefined : nearest.image;
}

/** The folders between two files: `['..', 'build']`. */
function way(from: string, to: string): string[] {
  return path
    .relative(path.dirname(from), path.dirname(to))
    .split(path.sep)
    .filter((step) => step !== '');
}

/** How a launch configuration names a file: relative to its workspace folder where it lies in one. */
export function nameInConfiguration(file: string): string {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  return folder === undefined
    ? file
    : '${workspaceFolder}/' + path.relative(folder.uri.fsPath, file).split(path.sep).join('/');
}
