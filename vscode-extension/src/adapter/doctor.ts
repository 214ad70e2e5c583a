import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import type { Adapter } from './adapter.ts';
import type { Command } from './command.ts';

/** The command "Doctor": what this machine's KVM can do, in an output channel. */
export function registerDoctor(adapter: Adapter): vscode.Disposable {
  const channel = vscode.window.createOutputChannel('kvmdap Doctor');
  const command = vscode.commands.registerCommand('kvmdap.doctor', async () => {
    channel.clear();
    channel.show(true);
    channel.appendLine(await report(adapter));
  });
  return vscode.Disposable.from(channel, command);
}

/** The doctor's report; where it cannot be had, why. */
async function report(adapter: Adapter): Promise<string> {
  try {
    return await output(await adapter.command('doctor'));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a program writes; it says by its exit status whether guests can be debugged, which the text says too. */
function output(command: Command): Promise<string> {
  return new Promise((resolve) => {
    execFile(command.program, [...command.arguments], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve(stdout === '' ? stderr || String(error?.message) : stdout);
    });
  });
}
