import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** The exit code of the guests in examples/ when all is well: EXIT_SUCCESS of lib/debug-exit.h, as the port counts. */
export const SUCCESS = 33;

/** Why tests that run a guest are skipped; false where they are not. */
export const NO_KVM = usable('/dev/kvm') ? false : '/dev/kvm cannot be used: see kvmdap doctor';

/** The launch configuration in an example's launch.json, as an editor at the repository's root reads it. */
export function launchConfiguration(guest) {
  const text = readFileSync(`${ROOT}/examples/${guest}/launch.json`, 'utf8');
  return JSON.parse(text.replaceAll('${workspaceFolder}', ROOT)).configurations[0];
}

/** The line of an example's source file that holds a text: a marker comment, or a statement that is there once. */
export function place(guest, file, text) {
  const path = `${ROOT}/examples/${guest}/${file}`;
  const lines = readFileSync(path, 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
  if (found.length !== 1) {
    throw new Error(`'${text}' is on ${found.length} lines of ${path}; it must be on one`);
  }
  return { path, line: found[0] };
}

function usable(device) {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
