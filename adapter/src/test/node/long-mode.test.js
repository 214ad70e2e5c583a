import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchConfiguration, NO_KVM, place, SUCCESS } from './examples.js';
import { Session } from './session.js';

const options = { skip: NO_KVM, timeout: 120_000 };
const longMode = launchConfiguration('long-mode');
const main = (text) => place('long-mode', 'main.c', text);
const tasks = (text) => place('long-mode', 'tasks.c', text);

const names = (frames) => frames.map(({ name }) => name);

test('a breakpoint by line stops the guest, which then runs on to its exit code', options, async (t) => {
  const session = await Session.start(t);

  await session.hitBreakpoint(longMode, main('BREAK: main'));
  await session.runToEnd(SUCCESS);

  assert.match(session.output, /^Hello from long mode, loaded by kvmdap\n[^]*all is well\n$/);
});

test('what the guest prints before a stop arrives before it', options, async (t) => {
  const session = await Session.start(t);

  await session.hitBreakpoint(longMode, main('BREAK: exit'));

  assert.match(session.output, /all is well\n$/);
});

test('a breakpoint by function shows the callers, each at its call', options, async (t) => {
  const session = await Session.start(t);
  const start = tasks('while (scheduler.ready');

  const frames = await session.launchUntil('function breakpoint', start, longMode, async () => {
    const breakpoints = [{ name: 'run_tasks' }, { name: 'nope' }];
    const { body } = await session.setFunctionBreakpointsRequest({ breakpoints });
    assert.deepEqual(body.breakpoints.map(({ verified }) => verified), [true, false]);
    assert.equal(body.breakpoints[1].message, "there is no function 'nope'");
  });

  assert.deepEqual(names(frames), ['run_tasks', 'kernel_main', 'long_mode']);
  assert.equal(frames[1].line, main('    run_tasks();').line);
  assert.equal(frames[1].source.path, main('    run_tasks();').path);
});

test('a conditional breakpoint stops in the one call that is meant', options, async (t) => {
  const session = await Session.start(t);
  const start = main('if (n <= 1)');

  const frames = await session.launchUntil('breakpoint', start, longMode, () =>
    session.breakAt(start.path, { line: start.line, condition: '$edi == 4' }));

  assert.deepEqual(names(frames).slice(0, 3), ['factorial', 'give_turn', 'run_tasks']);
  assert.equal(await session.evaluate('$edi', frames[0]), '0x4');
});

test('steps go over a recursive call, into it and out of it', options, async (t) => {
  const session = await Session.start(t);
  const start = main('if (n <= 1)');
  const multiply = main('return n * factorial(n - 1);');
  const depth = (frames) => names(frames).filter((name) => name === 'factorial').length;
  await session.launchUntil('function breakpoint', start, longMode, () =>
    session.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'factorial', condition: '$edi == 3' }] }));
  await session.setFunctionBreakpointsRequest({ breakpoints: [] });

  assert.equal(depth(await session.resumeUntil('next', 'step', multiply)), 1);
  assert.equal(depth(await session.resumeUntil('stepIn', 'step', start)), 2);
  assert.equal(depth(await session.resumeUntil('next', 'step', multiply)), 2);
  assert.equal(depth(await session.resumeUntil('next', 'step', { line: multiply.line + 1 })), 2);
  assert.equal(depth(await session.resumeUntil('stepOut', 'step', multiply)), 1);
  const out = await session.resumeUntil('stepOut', 'step', tasks('task->result += task->work(tick);'));
  assert.equal(await session.evaluate('$rax', out[0]), '0x6');

  await session.runToEnd(SUCCESS);
});

test('registers are those of the stopped vCPU, and open to their bits', options, async (t) => {
  const session = await Session.start(t);
  const [, , { body }] = await session.hitBreakpoint(longMode, main('BREAK: main'));
  const [frame] = body.stackFrames;
  const rip = await session.row(frame, 'Registers', 'General', 'rip');

  assert.equal(BigInt(rip.value), BigInt(frame.instructionPointerReference));
  assert.equal(BigInt(await session.evaluate('$rip', frame)), BigInt(rip.value));
  assert.equal((await session.row(frame, 'Registers', 'Control', 'cr0', 'PG')).value, '1');
  assert.match((await session.row(frame, 'Registers', 'Control', 'efer')).value, /\[ .*LMA.* \]$/);
});

test('CPUID shows what KVM supports, what it emulates, and what the guest is given', options, async (t) => {
  const session = await Session.start(t);
  const [, , { body }] = await session.hitBreakpoint(longMode, main('BREAK: main'));
  const [frame] = body.stackFrames;
  const leaf = '0x1 Version and features';

  assert.match((await session.row(frame, 'CPUID', 'Emulated by KVM', leaf, 'ecx', 'movbe')).value, /^1/);
  assert.equal((await session.row(frame, 'CPUID', 'Supported by host KVM', leaf, 'edx', 'msr')).value, '1');
  assert.equal((await session.row(frame, 'CPUID', 'Given to this guest', leaf, 'edx', 'msr')).value, '1');
});

test('expressions are evaluated, console verbs answered, and mistakes named', options, async (t) => {
  const session = await Session.start(t);
  const [, , { body }] = await session.hitBreakpoint(longMode, main('BREAK: main'));
  const [frame] = body.stackFrames;

  assert.equal(await session.evaluate('1 + 2 * 3', frame), '7');
  assert.equal(await session.evaluate('$cs', frame, 'hover'), await session.evaluate('$cs', frame));
  assert.match(await session.evaluate('info registers', frame, 'repl'), /^rax +0x[0-9a-f]{16}$/m);
  await assert.rejects(session.evaluate('$nonsense', frame), /nonsense/);
});

test('memory is read without the breakpoints that are planted in it', options, async (t) => {
  const session = await Session.start(t);
  const image = '0x100000';
  await session.launchUntil('entry', {}, { ...longMode, stopOnEntry: true }, () => {});
  const before = await session.readMemory(image, 4096);

  const { path } = main('BREAK: main');
  await session.breakAt(path, main('BREAK: main'), main('BREAK: fibonacci-loop'), main('BREAK: exit'));

  assert.deepEqual(await session.readMemory(image, 4096), before);
  assert.equal(before.readUInt32LE(0), 0x1badb002, 'the Multiboot header');
  assert.deepEqual(await session.readMemory(`p:${image}`, 16), before.subarray(0, 16));
});

test('a restarted guest stops at the same breakpoint and prints everything again', options, async (t) => {
  const session = await Session.start(t);
  const exit = main('BREAK: exit');
  await session.hitBreakpoint(longMode, exit);
  const once = session.output;

  await session.resumeUntil('restart', 'breakpoint', exit);
  await session.runToEnd(SUCCESS);

  assert.equal(session.output, once + once);
});

test('a wrong launch configuration is refused with what is allowed', options, async (t) => {
  const session = await Session.start(t);
  await session.initializeRequest();

  await assert.rejects(session.launchRequest({ ...longMode, memroy: '1M' }), /memroy: .*did you mean 'memory'/);
});
