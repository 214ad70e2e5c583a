import * as path from 'node:path';
import type { Java } from './java.ts';

/** The first Java that keeps an archive of loaded classes up to date by itself (JEP 310 and JDK-8261455). */
const AUTOMATIC_ARCHIVE = 19;

/** A program with its arguments; never a line for a shell. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
}

/**
 * How the adapter is started.
 *
 * @param jar the adapter that the extension carries, or the one the user has set
 * @param storage a folder that may be written, for what makes the next start faster
 */
export function adapterCommand(java: Java, jar: string, storage: string, commandLine: readonly string[]): Command {
  const options = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-Xshare:auto'];
  if (java.feature >= AUTOMATIC_ARCHIVE) {
    const archive = path.join(storage, `kvmdap-${java.version}.jsa`);
    options.push('-XX:+AutoCreateSharedArchive', `-XX:SharedArchiveFile=${archive}`, '-Xlog:disable');
  }
  return { program: java.executable, arguments: [...options, '-jar', jar, ...commandLine] };
}
