import * as path from 'node:path';
import * as vscode from 'vscode';
import { configurationFor } from './configurations.ts';
import { imageFile } from './imageFile.ts';
import { isSource, nearestTo, workspaceImages } from './workspaceImages.ts';

/**
 * "Debug This Guest": starts the image that is chosen in the explorer; for a source file in the editor, the image of
 * the workspace that was built last in the nearest folder.
 */
export async function debugImage(file: vscode.Uri | undefined): Promise<void> {
  const chosen = file ?? vscode.window.activeTextEditor?.document.uri;
  if (chosen === undefined) {
    return;
  }
  const image = isSource(chosen) ? nearestTo(chosen, await workspaceImages()) : await imageFile(chosen.fsPath);
  if (image === undefined) {
    void vscode.window.showErrorMessage(
      `${path.basename(chosen.fsPath)} is no guest: neither an ELF kernel, a Multiboot image nor a boot sector, nor is there one near it. Build the guest first.`,
    );
    return;
  }
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(vscode.Uri.file(image.path)), {
    ...configurationFor(image),
    stopOnEntry: true,
  });
}
