import { execFile } from 'node:child_process';
import { access, constants, readFile, realpath } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';

/** The oldest Java that runs the adapter. */
export const OLDEST_JAVA = 17;

const executables = { win32: 'java.exe' } as Partial<Record<NodeJS.Platform, string>>;
const executableName = executables[process.platform] ?? 'java';

/** A Java that is new enough. */
export interface Java {
  readonly executable: string;
  /** As it names itself: `17.0.15`. */
  readonly version: string;
  /** The first number of the version: 17. */
  readonly feature: number;
}

/** There is no Java that runs the adapter; the message says where one was looked for, and what to do. */
export class NoJavaError extends Error {}

/** Where a Java may be: a home folder (with `bin/java`), and who has named it. */
interface Candidate {
  readonly home: string;
  readonly from: string;
}

/**
 * Finds a Java that is new enough. A home that the user has set is the only one tried; without one, `JAVA_HOME` comes
 * first, then the `PATH`.
 *
 * @param home the setting `kvmdap.java.home`; empty where it is not set
 * @throws {NoJavaError} where there is none
 */
export async function findJava(home: string, environment: NodeJS.ProcessEnv): Promise<Java> {
  const found: string[] = [];
  for (const candidate of await candidates(home, environment)) {
    const java = await javaAt(candidate.home);
    if (java !== undefined && java.feature >= OLDEST_JAVA) {
      return java;
    }
    found.push(`${candidate.from} names ${candidate.home}, which ${java ? `is Java ${java.version}` : 'has no Java'}`);
  }
  const looked = found.length > 0 ? found.join('; ') : 'JAVA_HOME is not set, and there is no java on the PATH';
  throw new NoJavaError(
    `kvmdap needs Java ${OLDEST_JAVA} or newer: ${looked}. ` +
      `Install one (on Debian and Ubuntu: sudo apt install openjdk-17-jre-headless), or name its folder in the setting kvmdap.java.home.`,
  );
}

async function candidates(home: string, environment: NodeJS.ProcessEnv): Promise<Candidate[]> {
  if (home !== '') {
    return [{ home, from: 'the setting kvmdap.java.home' }];
  }
  const result: Candidate[] = [];
  if (environment.JAVA_HOME) {
    result.push({ home: environment.JAVA_HOME, from: 'JAVA_HOME' });
  }
  for (const folder of (environment.PATH ?? '').split(path.delimiter)) {
    const executable = path.join(folder, executableName);
    if (folder !== '' && (await isExecutable(executable))) {
      result.push({ home: path.dirname(path.dirname(await realpath(executable))), from: 'the PATH' });
      break;
    }
  }
  return result;
}

/** The Java in a folder, however old. */
async function javaAt(home: string): Promise<Java | undefined> {
  const executable = path.join(home, 'bin', executableName);
  if (!(await isExecutable(executable))) {
    return undefined;
  }
  const version = (await versionInRelease(home)) ?? (await versionByAsking(executable));
  return version === undefined ? undefined : { executable, version, feature: featureOf(version) };
}

/** 17 of `17.0.15`, 8 of `1.8.0_292`. */
export function featureOf(version: string): number {
  return Number.parseInt(version.replace(/^1\./, ''), 10);
}

async function versionInRelease(home: string): Promise<string | undefined> {
  try {
    return /^JAVA_VERSION="([^"]+)"/m.exec(await readFile(path.join(home, 'release'), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

async function versionByAsking(executable: string): Promise<string | undefined> {
  try {
    const { stderr } = await promisify(execFile)(executable, ['-version'], { timeout: 10_000 });
    return /version "([^"]+)"/.exec(stderr)?.[1];
  } catch {
    return undefined;
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
