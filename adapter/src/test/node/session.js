import assert from 'node:assert/strict';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { ROOT } from './examples.js';

/** Another program to test, such as one that looks at the messages on their way to kvmdap. */
const KVMDAP = process.env.KVMDAP ?? `${ROOT}/kvmdap`;

/** Far beyond what anything here takes; only a test that fails waits so long. */
const PATIENCE = 30_000;

/** The client that VS Code's own debug adapters are tested with, and the few requests that it has no words for. */
export class Session extends DebugClient {
  /** Every event so far, in the order of the wire. */
  events = [];
  stopping;

  /** A session that ends with its test: with a kvmdap of its own, or with one that listens on a port. */
  static async start(test, port) {
    const session = new Session(KVMDAP, 'serve', 'kvm', undefined, true);
    session.defaultTimeout = PATIENCE;
    await session.start(port);
    test.after(() => session.stop());
    return session;
  }

  emit(name, message) {
    if (message?.type === 'event') {
      this.events.push(message);
    }
    return super.emit(name, message);
  }

  /** Disconnects and ends the transport, the first time it is called. */
  stop() {
    this.stopping ??= super.stop();
    return this.stopping;
  }

  /** Launches a guest, sets breakpoints, and waits for the first stop: the frames of its stack. */
  async launchUntil(reason, location, configuration, setBreakpoints) {
    const [stopped] = await Promise.all([
      this.assertStoppedLocation(reason, location),
      this.waitForEvent('initialized')
        .then(setBreakpoints)
        .then(() => this.configurationDoneRequest()),
      this.launch(configuration),
    ]);
    return stopped.body.stackFrames;
  }

  /** Sets the breakpoints of one source file, all of which must find their lines. */
  async breakAt(path, ...breakpoints) {
    const { body } = await this.setBreakpointsRequest({ source: { path }, breakpoints });
    assert.deepEqual(
      body.breakpoints.map(({ verified, line }) => ({ verified, line })),
      breakpoints.map(({ line }) => ({ verified: true, line })),
    );
    return body.breakpoints;
  }

  /** Resumes by a request and waits for the next stop: the frames of its stack. */
  async resumeUntil(command, reason, location) {
    const [stopped] = await Promise.all([
      this.assertStoppedLocation(reason, location),
      this.customRequest(command, { threadId: 1 }),
    ]);
    return stopped.body.stackFrames;
  }

  /** Continues to the guest's end, which must come with that exit code, once, and be the last that is heard of it. */
  async runToEnd(exitCode) {
    await Promise.all([this.waitForEvent('terminated'), this.continueRequest({ threadId: 1 })]);
    const ends = this.events.filter(({ event }) => event === 'exited' || event === 'terminated');
    assert.deepEqual(ends.map(({ event }) => event), ['exited', 'terminated']);
    assert.equal(ends[0].body.exitCode, exitCode);
    assert.equal(this.events.at(-1), ends[1]);
  }

  /** What the guest has printed so far. */
  get output() {
    return this.events
      .filter(({ event, body }) => event === 'output' && body.category === 'stdout')
      .map(({ body }) => body.output)
      .join('');
  }

  /** The row of a variables tree at the end of a path of names, the first of which is a scope's. */
  async row(frame, scope, ...names) {
    const { body } = await this.scopesRequest({ frameId: frame.id });
    let row = named(body.scopes, scope);
    for (const name of names) {
      const children = await this.variablesRequest({ variablesReference: row.variablesReference });
      row = named(children.body.variables, name);
    }
    return row;
  }

  /** What an expression is in a frame. */
  async evaluate(expression, frame, context = 'watch') {
    const { body } = await this.evaluateRequest({ expression, frameId: frame.id, context });
    return body.result;
  }

  /** Bytes of the guest's memory. */
  async readMemory(memoryReference, count) {
    const { body } = await this.customRequest('readMemory', { memoryReference, count });
    return Buffer.from(body.data, 'base64');
  }
}

function named(rows, name) {
  const found = rows.filter((row) => row.name === name);
  assert.equal(found.length, 1, `${name} among ${rows.map((row) => row.name).join(', ')}`);
  return found[0];
}
