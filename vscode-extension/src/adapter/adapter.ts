import { mkdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import { adapterCommand, type Command } from './command.ts';
import { findJava } from './java.ts';

/** The adapter that this extension carries. */
export class Adapter {
  readonly #context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  /**
   * How the adapter is started with a command line of its own.
   *
   * @throws NoJavaError where no Java can run it
   */
  async command(...commandLine: string[]): Promise<Command> {
    const settings = vscode.workspace.getConfiguration('kvmdap');
    const java = await findJava(settings.get('java.home', ''), process.env);
    const storage = this.#context.globalStorageUri.fsPath;
    await mkdir(storage, { recursive: true });
    return adapterCommand(java, this.#jar(settings.get('adapter.jar', '')), storage, commandLine);
  }

  #jar(chosen: string): string {
    return chosen === '' ? this.#context.asAbsolutePath('dist/kvmdap.jar') : chosen;
  }
}
