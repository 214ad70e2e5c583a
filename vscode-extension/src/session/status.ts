import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../debugType.ts';
import { statusOf, type HostService } from './cpuStatus.ts';

/** The CPU's mode and privilege level, and where it stands, in the status bar while a guest is stopped. */
export function registerStatus(): vscode.Disposable {
  const status = new Status();
  return vscode.Disposable.from(
    status,
    vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: { type: string; event?: string }) => {
          if (message.type === 'event' && message.event === 'continued') {
            status.running();
          }
        },
      }),
    }),
    vscode.debug.onDidChangeActiveStackItem((item) => {
      if (item?.session.type === DEBUG_TYPE) {
        void status.show(item);
      }
    }),
    vscode.debug.onDidTerminateDebugSession((session) => {
      if (session.type === DEBUG_TYPE) {
        status.hide();
      }
    }),
  );
}

class Status implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  #question = 0;

  constructor() {
    this.#item = vscode.window.createStatusBarItem('kvmdap.cpu', vscode.StatusBarAlignment.Left);
    this.#item.name = 'kvmdap: CPU of the guest';
    this.#item.command = 'kvmdap.doctor';
  }

  /** Shows the chosen vCPU. An answer that comes after another question is dropped. */
  async show(item: vscode.DebugThread | vscode.DebugStackFrame): Promise<void> {
    const question = ++this.#question;
    try {
      const client = new StoppedGuest(item.session);
      const [vcpu, symbol, services] = await Promise.all([
        client.vcpu(item.threadId),
        client.symbol(item.threadId),
        'frameId' in item ? client.services(item.frameId) : [],
      ]);
      if (question === this.#question) {
        const { text, tooltip, accessible } = statusOf(vcpu, symbol, services);
        this.#item.text = text;
        this.#item.tooltip = new vscode.MarkdownString(tooltip, true);
        this.#item.accessibilityInformation = { label: accessible };
        this.#item.show();
      }
    } catch {
      if (question === this.#question) {
        this.running();
      }
    }
  }

  running(): void {
    this.#question++;
    this.#item.text = '$(play) guest running';
    this.#item.tooltip = 'The guest is running';
    this.#item.accessibilityInformation = { label: 'The guest is running' };
    this.#item.show();
  }

  hide(): void {
    this.#question++;
    this.#item.hide();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

/** The few things that the status bar asks a session. */
class StoppedGuest {
  readonly #session: vscode.DebugSession;

  constructor(session: vscode.DebugSession) {
    this.#session = session;
  }

  /** A vCPU by its name in the call stack: `vCPU 0 (long mode, CPL 0)`. */
  async vcpu(threadId: number): Promise<string> {
    const { threads } = await this.#ask<DebugProtocol.ThreadsResponse>('threads');
    return threads.find((thread) => thread.id === threadId)?.name ?? '';
  }

  /** The function or address that a vCPU stands in. */
  async symbol(threadId: number): Promise<string> {
    const { stackFrames } = await this.#ask<DebugProtocol.StackTraceResponse>('stackTrace', { threadId, levels: 1 });
    return stackFrames[0]?.name ?? '';
  }

  /** What serves each kind of stop on this host. */
  async services(frameId: number): Promise<HostService[]> {
    const { scopes } = await this.#ask<DebugProtocol.ScopesResponse>('scopes', { frameId });
    const host = scopes.find((scope) => scope.name === 'Host');
    if (host === undefined) {
      return [];
    }
    const { variablesReference } = host;
    return (await this.#ask<DebugProtocol.VariablesResponse>('variables', { variablesReference })).variables;
  }

  async #ask<R extends DebugProtocol.Response>(command: string, request?: object): Promise<R['body']> {
    return (await this.#session.customRequest(command, request)) as R['body'];
  }
}
