import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../debugType.ts';
import { ConfigurationProvider, DynamicConfigurations } from './configurations.ts';
import { debugImage } from './debugImage.ts';

/** Launch configurations, and the command that debugs an image without one. */
export function registerLaunch(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, new ConfigurationProvider()),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      new DynamicConfigurations(),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.commands.registerCommand('kvmdap.debugImage', debugImage),
  );
}
