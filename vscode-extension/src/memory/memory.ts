import * as vscode from 'vscode';
import { MemoryPanel } from './memoryPanel.ts';

/** What VS Code hands to a command in the menu of a variable. */
interface VariableMenu {
  readonly sessionId: string;
  readonly variable: { readonly evaluateName?: string; readonly memoryReference?: string };
}

/** The memory view: from a variable's menu, or by an expression. */
export function registerMemory(extension: vscode.Uri): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('kvmdap.memory.open', async () => {
      const expression = await vscode.window.showInputBox({
        title: 'Memory at',
        prompt: 'An address or an expression, such as 0xb8000, $rsp or &table; p:0xb8000 for a physical address',
        value: '$rsp',
      });
      if (expression) {
        MemoryPanel.open(extension, expression);
      }
    }),
    vscode.commands.registerCommand('kvmdap.memory.ofVariable', ({ variable }: VariableMenu) => {
      const place = variable.memoryReference ?? variable.evaluateName;
      if (place !== undefined) {
        MemoryPanel.open(extension, place);
      }
    }),
  );
}
