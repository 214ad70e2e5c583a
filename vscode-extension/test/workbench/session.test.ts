import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { VSCodeServer } from './server.ts';
import { Workbench } from './workbench.ts';

const home = process.env.VSCODE_SERVER;
const pictures = path.resolve('build', 'pictures');

describe(
  'debugging an example in VS Code',
  { skip: home === undefined ? 'VSCODE_SERVER names no VS Code server' : false },
  () => {
    let server: VSCodeServer;
    let workbench: Workbench;
    let folder: string;

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'kvmdap-examples-'));
      await cp(path.resolve('..', 'examples'), folder, {
        recursive: true,
        filter: (file) => !/\/build(\/|$)/.test(file),
      });
      execFileSync('make', ['-s', '-C', folder]);
      server = await VSCodeServer.start(home ?? '', path.resolve('build', 'kvmdap.vsix'));
      workbench = await Workbench.open(server.url(folder), pictures);
    });
    after(async () => {
      await workbench.picture('last');
      await workbench.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    function line(file: string, marker: string): number {
      const lines = readFileSync(path.join(folder, file), 'utf8').split('\n');
      return lines.findIndex((text) => text.includes(`BREAK: ${marker}`)) + 1;
    }

    it('starts with F5 and nothing configured, and stops where the gutter was clicked', async () => {
      const tick = line('long-mode/tasks.c', 'tick');
      await workbench.openFile('long-mode/tasks.c', tick);
      await workbench.toggleBreakpoint(tick);
      await workbench.page.keyboard.press('F5');
      await workbench.stoppedIn('start');
      await workbench.press('continue');
      await workbench.stoppedIn('run_tasks');
      await workbench.status('long mode · CPL 0 · run_tasks');
      await workbench.picture('stopped');
    });

    it('shows variables, registers and CPUID', async () => {
      await workbench.variable('tick').waitFor();
      await workbench.collapse('Registers');
      await workbench.expand('CPUID');
      await workbench.picture('cpuid');
      await workbench.collapse('CPUID');
    });

    it('steps over, into and out of calls', async () => {
      await workbench.press('step-into');
      await workbench.stoppedIn('give_turn');
      await workbench.press('step-over');
      await workbench.lineIs(line('long-mode/tasks.c', 'tick') - 10);
      await workbench.press('step-out');
      await workbench.stoppedIn('run_tasks');
    });

    it('opens memory from a variable, and changes it', async () => {
      await workbench.command('Open Memory View');
      await workbench.answer('&scheduler');
      const memory = workbench.webview();
      await memory.locator('.row').first().waitFor();
      await workbench.picture('memory');
    });

    it('opens the disassembly', async () => {
      await workbench.command('Open Disassembly View');
      await workbench.page.locator('.disassembly-view .monaco-list-row', { hasText: 'mov' }).first().waitFor();
      await workbench.picture('disassembly');
    });

    it('ends the guest', async () => {
      await workbench.press('stop');
      await workbench.page.locator('.codicon-debug-continue').waitFor({ state: 'hidden' });
    });
  },
);
