import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const STARTS_WITHIN = 60_000;

/** What makes the workbench steady enough to be driven. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.colorTheme': 'Default Light Modern',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.commandCenter.enabled': false,
  'debug.toolBarLocation': 'docked',
  'debug.console.fontSize': 13,
  'git.enabled': false,
  'files.watcherExclude': { '**': true },
};

/** A real VS Code server with nothing in it but the extension under test. */
export class VSCodeServer {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly port: number;

  private constructor(folder: string, child: ChildProcess, port: number) {
    this.#folder = folder;
    this.#process = child;
    this.port = port;
  }

  /**
   * Installs an extension into an empty profile and starts the server.
   *
   * @param home the folder of a VS Code server, with `out/server-main.js`
   * @param vsix the packed extension
   */
  static async start(home: string, vsix: string, settings: object = {}): Promise<VSCodeServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'kvmdap-vscode-'));
    const user = path.join(folder, 'data', 'User');
    await mkdir(user, { recursive: true });
    await writeFile(path.join(user, 'settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
    const common = [
      path.join(home, 'out', 'server-main.js'),
      ...['--server-data-dir', folder, '--user-data-dir', path.join(folder, 'data')],
      ...['--extensions-dir', path.join(folder, 'extensions'), '--accept-server-license-terms'],
    ];
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VSCODE_')));
    const options = { env: { ...environment, HOME: folder } };
    await promisify(execFile)('node', [...common, '--install-extension', vsix, '--force'], options);
    const port = await freePort();
    const child = spawn(
      'node',
      [
        ...common,
        ...['--host', '127.0.0.1', '--port', `${port}`, '--without-connection-token'],
        ...[
          '--telemetry-level',
          'off',
          '--disable-telemetry',
          '--disable-workspace-trust',
          '--enable-smoke-test-driver',
        ],
      ],
      { ...options, stdio: 'ignore' },
    );
    const server = new VSCodeServer(folder, child, port);
    await server.#answers();
    return server;
  }

  async #answers(): Promise<void> {
    const end = Date.now() + STARTS_WITHIN;
    while (Date.now() < end) {
      try {
        if ((await fetch(`http://127.0.0.1:${this.port}/version`)).ok) {
          return;
        }
      } catch {
        await sleep(100);
      }
    }
    throw new Error(`the VS Code server has not come up in ${STARTS_WITHIN} ms`);
  }

  /** Where the workbench opens a folder. */
  url(folder: string): string {
    return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(folder)}`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
