import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { launchConfiguration, NO_KVM, place, ROOT, SUCCESS } from './examples.js';
import { Session } from './session.js';

const options = { skip: NO_KVM, timeout: 120_000 };
const longMode = launchConfiguration('long-mode');
const modeSwitch = launchConfiguration('mode-switch');
const main = place('long-mode', 'main.c', 'BREAK: main');
const real = place('mode-switch', 'mode-switch.S', 'BREAK: real-mode');

let server;
let port;

before(async () => {
  server = spawn(`${ROOT}/kvmdap`, ['serve', '--port', '0'], { stdio: ['ignore', 'inherit', 'pipe'] });
  for await (const line of createInterface({ input: server.stderr })) {
    const listening = line.match(/^listening on 127\.0\.0\.1:(\d+)$/);
    if (listening) {
      port = Number(listening[1]);
      return;
    }
  }
  throw new Error('kvmdap serve ended before it listened');
});

after(async () => {
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  await exit;
});

test('sessions at once have guests of their own', options, async (t) => {
  const [one, other] = [await Session.start(t, port), await Session.start(t, port)];
  await Promise.all([one.hitBreakpoint(longMode, main), other.hitBreakpoint(modeSwitch, real)]);
  const mode = async (session) => (await session.threadsRequest()).body.threads[0].name;

  assert.match(await mode(one), /long mode/);
  assert.match(await mode(other), /real mode/);

  await one.runToEnd(SUCCESS);
  assert.match(await mode(other), /real mode/);
  await other.runToEnd(SUCCESS);
  assert.match(one.output, /all is well\n$/);
  assert.match(other.output, /64-bit long mode\r\n$/);
});

test('sessions follow one another', options, async (t) => {
  for (let i = 0; i < 5; i++) {
    const session = await Session.start(t, port);
    await session.hitBreakpoint(longMode, main);
    if (i % 2 === 0) {
      await session.runToEnd(SUCCESS);
    }
    await session.stop();
  }
});
