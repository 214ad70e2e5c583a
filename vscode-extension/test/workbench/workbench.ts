import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import { chromium, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';

const APPEARS_WITHIN = Number(process.env.APPEARS_WITHIN ?? 60_000);

/** The workbench in a browser, in the words of someone who debugs in it. */
export class Workbench {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #pictures: string;

  private constructor(browser: Browser, page: Page, pictures: string) {
    this.#browser = browser;
    this.page = page;
    this.#pictures = pictures;
  }

  /** @param pictures the folder that screenshots are put in */
  static async open(url: string, pictures: string): Promise<Workbench> {
    await mkdir(pictures, { recursive: true });
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(APPEARS_WITHIN);
    await page.goto(url);
    await page.waitForSelector('.monaco-workbench .explorer-folders-view .monaco-list-row');
    return new Workbench(browser, page, pictures);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(this.#pictures, `${name}.png`) });
  }

  /** Runs a command of the palette by its title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file, whose way begins at the workspace's folder, at a line. */
  async openFile(file: string, line = 1): Promise<void> {
    const names = file.split('/');
    for (const [depth, name] of names.entries()) {
      const row = this.page.locator(
        `.explorer-folders-view .monaco-list-row[aria-level="${depth + 1}"][aria-label^="${name}"]`,
      );
      await row.first().waitFor();
      const isFolder = depth < names.length - 1;
      if (isFolder && (await row.first().getAttribute('aria-expanded')) === 'true') {
        continue;
      }
      await (isFolder ? row.first().click() : row.first().dblclick());
    }
    await this.page.locator('.tab.active', { hasText: names.at(-1) ?? '' }).waitFor();
    await this.goToLine(line);
  }

  async goToLine(line: number): Promise<void> {
    await this.page.keyboard.press('Control+g');
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(`:${line}`);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Clicks into the gutter beside a line that is in view, until a breakpoint stands there. */
  async toggleBreakpoint(line: number): Promise<void> {
    const number = this.page.locator('.editor-instance.active .line-numbers, .editor-instance .line-numbers', {
      hasText: new RegExp(`^${line}$`),
    });
    const set = this.page.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified');
    for (let attempt = 0; attempt < 20 && (await set.count()) === 0; attempt++) {
      const box = await number.first().boundingBox();
      if (box !== null) {
        await this.page.mouse.click(box.x - 12, box.y + box.height / 2);
      }
      await this.page.waitForTimeout(500);
    }
    await set.first().waitFor();
  }

  /** Shows the view "Run and Debug". */
  async showDebugView(): Promise<void> {
    await this.page.keyboard.press('Control+Shift+d');
    await this.page.locator('.debug-viewlet, .debug-view-content, [id="workbench.view.debug"]').first().waitFor();
  }

  /** Waits until a guest stands with its innermost frame in a function. */
  async stoppedIn(functionName: string): Promise<void> {
    await this.page
      .locator('.debug-call-stack .monaco-list-row .stack-frame', { hasText: functionName })
      .first()
      .waitFor();
  }

  /** A row of the variables by its name. */
  variable(name: string): Locator {
    return this.page.locator('.debug-variables .monaco-list-row', {
      has: this.page.locator(`.name:text-matches("^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}:?\\\\s*$")`),
    });
  }

  /** Opens a scope or a variable, if it is closed. */
  async expand(name: string): Promise<void> {
    await this.#fold(name, 'false');
  }

  /** Closes a scope or a variable, if it is open. */
  async collapse(name: string): Promise<void> {
    await this.#fold(name, 'true');
  }

  async #fold(name: string, from: 'true' | 'false'): Promise<void> {
    const row = this.page.locator(`.debug-variables .monaco-list-row[aria-label*="${name}"]`).first();
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === from) {
      await row.locator('.monaco-tl-twistie').click();
    }
  }

  /** Waits until the status bar tells the guest's CPU so. */
  async status(text: string): Promise<void> {
    await this.page.locator('.statusbar-item', { hasText: text }).first().waitFor();
  }

  /** Waits until the next line to be executed is that one. */
  async lineIs(line: number): Promise<void> {
    await this.page
      .locator('.debug-call-stack .monaco-list-row .line-number', { hasText: new RegExp(`^${line}(:\\d+)?$`) })
      .first()
      .waitFor();
  }

  /** Types into the input that has opened at the top, and takes it. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]');
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** A button of the docked debug toolbar. */
  async press(icon: 'continue' | 'step-over' | 'step-into' | 'step-out' | 'restart' | 'stop' | 'pause'): Promise<void> {
    await this.page.locator(`.codicon-debug-${icon}`).first().click();
  }

  /** The document inside a webview. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }
}
