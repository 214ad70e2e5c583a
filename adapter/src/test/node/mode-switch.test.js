import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchConfiguration, NO_KVM, place, SUCCESS } from './examples.js';
import { Session } from './session.js';

const source = (marker) => place('mode-switch', 'mode-switch.S', `BREAK: ${marker} `);

/** What must be true in each mode of the guest's one run. */
const STOPS = [
  { marker: 'real-mode', mode: 'real', name: 'start', cs: '0x0', wide: 'e', cr0: /ET \]$/ },
  { marker: 'protected-mode', mode: 'protected', name: 'protected_mode', cs: '0x8', wide: 'e', cr0: / PE \]$/ },
  { marker: 'compatibility-mode', mode: 'compatibility', name: 'protected_mode', cs: '0x8', wide: 'e', cr0: /PG.*PE/ },
  { marker: 'long-mode', mode: 'long', name: 'long_mode', cs: '0x18', wide: 'r', cr0: /PG.*PE/ },
];

const options = { skip: NO_KVM, timeout: 120_000 };

test('breakpoints hit in real, protected and long mode of one session', options, async (t) => {
  const session = await Session.start(t);
  const places = STOPS.map(({ marker }) => source(marker));
  let frames = await session.launchUntil('breakpoint', places[0], launchConfiguration('mode-switch'), () =>
    session.breakAt(places[0].path, ...places.map(({ line }) => ({ line }))));

  for (const [index, stop] of STOPS.entries()) {
    if (index > 0) {
      frames = await session.resumeUntil('continue', 'breakpoint', places[index]);
    }
    const [frame] = frames;
    const { body } = await session.threadsRequest();
    assert.equal(body.threads[0].name, `vCPU 0 (${stop.mode} mode, CPL 0)`);
    assert.equal(frame.name, stop.name);
    assert.equal(await session.evaluate('$cs', frame), stop.cs);
    assert.match((await session.row(frame, 'Registers', 'Control', 'cr0')).value, stop.cr0);
    const address = (await session.row(frame, 'Registers', 'General', `${stop.wide}ip`)).value;
    assert.equal(BigInt(address), BigInt(frame.instructionPointerReference));
    assert.equal(Number((await session.row(frame, 'Registers', 'General', `${stop.wide}sp`)).value), 0x7c00);
  }

  await session.runToEnd(SUCCESS);
  assert.equal(session.output, '16-bit real mode\r\n32-bit protected mode\r\n64-bit long mode\r\n');
});
