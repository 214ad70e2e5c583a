import * as path from 'node:path';
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../debugType.ts';
import type { ImageFile } from './imageFile.ts';
import { isSource, nameInConfiguration, nearestTo, workspaceImages } from './workspaceImages.ts';

const NO_IMAGE =
  'There is no guest in this workspace: no ELF kernel, Multiboot image or boot sector. Build one, or name it in launch.json as "program".';

/** Completes launch configurations, and makes one where F5 is pressed without any. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** For a new launch.json: the images that are there, or one that names where a kernel usually lies. */
  async provideDebugConfigurations(
    _folder: vscode.WorkspaceFolder | undefined,
    token?: vscode.CancellationToken,
  ): Promise<vscode.DebugConfiguration[]> {
    const images = await workspaceImages(token);
    return images.length > 0
      ? images.map(configurationFor)
      : [{ type: DEBUG_TYPE, request: 'launch', name: 'My kernel', program: '${workspaceFolder}/build/kernel.elf' }];
  }

  /** Without a configuration, one of the images; where there is none, launch.json is opened (that is what null does). */
  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
    token?: vscode.CancellationToken,
  ): Promise<vscode.DebugConfiguration | null | undefined> {
    if (!isEmpty(configuration)) {
      return configuration;
    }
    const images = await workspaceImages(token);
    if (images.length === 0) {
      void vscode.window.showErrorMessage(NO_IMAGE);
      return null;
    }
    const image = await imageToDebug(images);
    return image && { ...configurationFor(image), stopOnEntry: true };
  }

  /** Settings stand in for keys that a configuration does not name. */
  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    if (configuration.request !== 'launch') {
      return configuration;
    }
    const settings = vscode.workspace.getConfiguration('kvmdap', folder);
    return {
      assemblySyntax: settings.get<string>('assemblySyntax'),
      ...(folder === undefined ? {} : { cwd: folder.uri.fsPath }),
      ...configuration,
    };
  }
}

/** VS Code hands an empty configuration where there is no launch.json, whatever the type says. */
function isEmpty(configuration: Partial<vscode.DebugConfiguration>): boolean {
  return configuration.type === undefined || configuration.request === undefined;
}

/** The images in the workspace as configurations to choose from, without a launch.json. */
export class DynamicConfigurations implements vscode.DebugConfigurationProvider {
  async provideDebugConfigurations(
    _folder: vscode.WorkspaceFolder | undefined,
    token?: vscode.CancellationToken,
  ): Promise<vscode.DebugConfiguration[]> {
    return (await workspaceImages(token)).map((image) => ({ ...configurationFor(image), stopOnEntry: true }));
  }
}

/** The launch configuration of an image; the adapter finds out by itself how it boots. */
export function configurationFor({ path: file, image, symbols }: ImageFile): vscode.DebugConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name: `${path.basename(file)} (${image.description})`,
    program: nameInConfiguration(file),
    ...(image.boot === 'boot-sector' ? { boot: image.boot } : {}),
    ...(symbols === undefined ? {} : { symbolFiles: [nameInConfiguration(symbols)] }),
  };
}

/** The image beside the source file in the editor, else the only one there is, else the one that the user chooses. */
async function imageToDebug(images: ImageFile[]): Promise<ImageFile | undefined> {
  const source = vscode.window.activeTextEditor?.document.uri;
  const near = source !== undefined && isSource(source) ? nearestTo(source, images) : undefined;
  return near ?? (images.length === 1 ? images[0] : choose(images));
}

async function choose(images: ImageFile[]): Promise<ImageFile | undefined> {
  const chosen = await vscode.window.showQuickPick(
    images.map((image) => ({
      label: path.basename(image.path),
      description: image.image.description,
      detail: vscode.workspace.asRelativePath(image.path),
      image,
    })),
    { title: 'Which guest?', matchOnDetail: true },
  );
  return chosen?.image;
}
