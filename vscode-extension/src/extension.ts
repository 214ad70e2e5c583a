import * as vscode from 'vscode';
import { Adapter } from './adapter/adapter.ts';
import { AdapterDescriptorFactory } from './adapter/descriptorFactory.ts';
import { registerDoctor } from './adapter/doctor.ts';
import { registerLaunch } from './launch/launch.ts';
import { registerMemory } from './memory/memory.ts';
import { registerStatus } from './session/status.ts';
import { DEBUG_TYPE } from './debugType.ts';

/** Called by VS Code when the extension is first needed: everything that it contributes is put in its place. */
export function activate(context: vscode.ExtensionContext): void {
  const adapter = new Adapter(context);
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, new AdapterDescriptorFactory(adapter)),
    registerLaunch(),
    registerDoctor(adapter),
    registerStatus(),
    registerMemory(context.extensionUri),
  );
}
