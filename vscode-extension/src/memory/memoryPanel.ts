import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../debugType.ts';
import { GuestMemory } from './guestMemory.ts';
import type { FromView, ToView } from './messages.ts';

/** One memory view: an editor tab that shows the memory of the guest in the active session. */
export class MemoryPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #disposables: vscode.Disposable[] = [];
  #text: string;
  #follow = true;

  static open(extension: vscode.Uri, text: string): void {
    new MemoryPanel(extension, text);
  }

  private constructor(extension: vscode.Uri, text: string) {
    this.#text = text;
    const resources = vscode.Uri.joinPath(extension, 'dist', 'webviews');
    this.#panel = vscode.window.createWebviewPanel('kvmdap.memory', 'Memory', vscode.ViewColumn.Beside, {
      enableScripts: true,
      localResourceRoots: [resources],
      retainContextWhenHidden: true,
    });
    this.#panel.iconPath = {
      light: vscode.Uri.joinPath(extension, 'images', 'memory-light.svg'),
      dark: vscode.Uri.joinPath(extension, 'images', 'memory-dark.svg'),
    };
    this.#panel.webview.html = page(this.#panel.webview, resources);
    this.#disposables.push(
      this.#panel.onDidDispose(() => {
        vscode.Disposable.from(...this.#disposables).dispose();
      }),
      this.#panel.webview.onDidReceiveMessage((message: FromView) => void this.#receive(message)),
      vscode.debug.onDidChangeActiveStackItem((item) => {
        if (item?.session.type === DEBUG_TYPE) {
          void this.#stackItemChanged(item);
        }
      }),
      vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
        createDebugAdapterTracker: () => ({
          onDidSendMessage: (message: { type: string; event?: string }) => {
            if (message.type === 'event' && message.event === 'memory') {
              this.#send({ type: 'written' });
            }
          },
        }),
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        if (session.type === DEBUG_TYPE) {
          this.#send({ type: 'running' });
        }
      }),
    );
  }

  #send(message: ToView): void {
    void this.#panel.webview.postMessage(message);
  }

  async #stackItemChanged(item: vscode.DebugThread | vscode.DebugStackFrame): Promise<void> {
    if (!('frameId' in item)) {
      this.#send({ type: 'running' });
      return;
    }
    this.#send({ type: 'stopped' });
    if (this.#follow) {
      await this.#go();
    }
  }

  async #receive(message: FromView): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.#go();
      case 'go':
        this.#text = message.text;
        return this.#go();
      case 'follow':
        this.#follow = message.on;
        return;
      case 'read':
        return this.#asked(async (memory) => {
          const bytes = await memory.read(message.place, message.count);
          this.#send({ type: 'bytes', question: message.question, bytes });
        });
      case 'write':
        return this.#asked(async (memory) => {
          await memory.write(message.place, Uint8Array.of(message.byte));
          this.#send({ type: 'written' });
        });
    }
  }

  async #go(): Promise<void> {
    const text = this.#text;
    this.#panel.title = `Memory: ${text}`;
    await this.#asked(
      async (memory) => {
        const item = vscode.debug.activeStackItem;
        const place = await memory.find(text, item && 'frameId' in item ? item.frameId : undefined);
        this.#send({ type: 'place', text, place });
      },
      (reason) => {
        this.#send({ type: 'noPlace', text, reason });
      },
    );
  }

  /** Does something with the guest's memory; what is in the way is told to the view. */
  async #asked(
    action: (memory: GuestMemory) => Promise<void>,
    failed = (reason: string) => {
      this.#send({ type: 'failed', reason });
    },
  ): Promise<void> {
    const session = vscode.debug.activeDebugSession;
    if (session?.type !== DEBUG_TYPE) {
      failed('There is no guest: start a debug session');
      return;
    }
    try {
      await action(new GuestMemory(session));
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The view's page: it may run its own script and use its own style, and reach nothing else. */
function page(webview: vscode.Webview, resources: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const of = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(resources, name)).toString();
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <meta http-equiv="Content-Security-Policy"
        content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; font-src ${webview.cspSource}">
  <title>Memory</title>
  <link rel="stylesheet" href="${of('memory.css')}">
</head>
<body>
  <form id="where" role="search">
    <input id="text" type="text" spellcheck="false" aria-label="Address or expression"
           title="An address or an expression, such as 0xb8000, $rsp or &amp;table; p:0xb8000 for a physical address">
    <button type="submit">Go</button>
    <label title="Evaluate the expression anew whenever the guest stops"><input id="follow" type="checkbox" checked> follow</label>
    <span id="space" aria-live="polite"></span>
  </form>
  <div id="scroller"><div id="extent"><div id="rows" role="grid" aria-label="Memory" tabindex="0"></div></div></div>
  <div id="state" role="status"></div>
  <script nonce="${nonce}" src="${of('memory.js')}"></script>
</body>
</html>`;
}
