import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { adapterCommand } from '../../src/adapter/command.ts';
import { featureOf, findJava, NoJavaError } from '../../src/adapter/java.ts';

describe('finding Java', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kvmdap-java-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function javaHome(name: string, version: string | undefined, says = ''): Promise<string> {
    const home = path.join(folder, name);
    await mkdir(path.join(home, 'bin'), { recursive: true });
    await writeFile(path.join(home, 'bin', 'java'), `#!/bin/sh\necho '${says}' >&2\n`, { mode: 0o755 });
    if (version !== undefined) {
      await writeFile(path.join(home, 'release'), `IMPLEMENTOR="Test"\nJAVA_VERSION="${version}"\n`);
    }
    return home;
  }

  it('takes the one that the user has set', async () => {
    const home = await javaHome('chosen', '21.0.2');
    const java = await findJava(home, { JAVA_HOME: await javaHome('other', '17.0.1') });
    assert.deepEqual(java, { executable: path.join(home, 'bin', 'java'), version: '21.0.2', feature: 21 });
  });

  it('takes JAVA_HOME before the PATH', async () => {
    const home = await javaHome('home', '17.0.1');
    const onPath = await javaHome('path', '21');
    const java = await findJava('', { JAVA_HOME: home, PATH: path.join(onPath, 'bin') });
    assert.equal(java.version, '17.0.1');
  });

  it('passes over a JAVA_HOME that is too old, and follows links on the PATH', async () => {
    const old = await javaHome('old', '1.8.0_292');
    const good = await javaHome('good', '17.0.15');
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    await symlink(path.join(good, 'bin', 'java'), path.join(bin, 'java'));
    assert.equal((await findJava('', { JAVA_HOME: old, PATH: bin })).version, '17.0.15');
  });

  it('asks a Java that carries no release file', async () => {
    const home = await javaHome('asked', undefined, 'openjdk version "23" 2024-09-17');
    assert.equal((await findJava(home, {})).feature, 23);
  });

  it('says where it has looked, and what to do', async () => {
    const old = await javaHome('old', '11.0.2');
    await assert.rejects(findJava('', { JAVA_HOME: old, PATH: '' }), (error: Error) => {
      assert.ok(error instanceof NoJavaError);
      assert.match(error.message, /Java 17 or newer: JAVA_HOME names .*old, which is Java 11\.0\.2/);
      assert.match(error.message, /sudo apt install .*kvmdap\.java\.home/);
      return true;
    });
    await assert.rejects(findJava('/nowhere', {}), /the setting kvmdap\.java\.home names \/nowhere, which has no Java/);
    await assert.rejects(findJava('', {}), /JAVA_HOME is not set, and there is no java on the PATH/);
  });

  it('reads old and new version numbers', () => {
    assert.deepEqual(['1.8.0_292', '17.0.15', '21', '25-ea'].map(featureOf), [8, 17, 21, 25]);
  });
});

describe('starting the adapter', () => {
  const java = { executable: '/jdk/bin/java', version: '17.0.1', feature: 17 };

  it('runs the jar with its command line', () => {
    const command = adapterCommand(java, '/x/kvmdap.jar', '/storage', ['serve']);
    assert.equal(command.program, '/jdk/bin/java');
    assert.deepEqual(command.arguments.slice(-3), ['-jar', '/x/kvmdap.jar', 'serve']);
  });

  it('keeps an archive of classes where Java does so by itself', () => {
    const options = (feature: number): string =>
      adapterCommand({ ...java, feature, version: `${feature}` }, 'a.jar', '/storage', []).arguments.join(' ');
    assert.doesNotMatch(options(17), /SharedArchiveFile/);
    assert.match(options(21), /-XX:\+AutoCreateSharedArchive -XX:SharedArchiveFile=\/storage\/kvmdap-21\.jsa/);
  });
});
