import * as vscode from 'vscode';
import type { Adapter } from './adapter.ts';
import { NoJavaError } from './java.ts';

const OPEN_SETTING = 'Open Setting';

/** Starts an adapter for each session: by standard input and output, or by TCP where the configuration names a port. */
export class AdapterDescriptorFactory implements vscode.DebugAdapterDescriptorFactory {
  readonly #adapter: Adapter;

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
  }

  async createDebugAdapterDescriptor(session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor | undefined> {
    const { host, port } = session.configuration;
    if (typeof port === 'number') {
      return new vscode.DebugAdapterServer(port, typeof host === 'string' ? host : '127.0.0.1');
    }
    try {
      const command = await this.#adapter.command('serve');
      return new vscode.DebugAdapterExecutable(command.program, [...command.arguments]);
    } catch (error) {
      if (error instanceof NoJavaError) {
        void offerSetting(error.message);
        return undefined;
      }
      throw error;
    }
  }
}

async function offerSetting(message: string): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(message, OPEN_SETTING);
  if (chosen === OPEN_SETTING) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'kvmdap.java.home');
  }
}
