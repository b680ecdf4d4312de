import { accessSync, constants } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';

const binaries = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real browser, where one is installed. */
export const chromiumBinary: string | undefined = binaries.find((file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

/** What a page complained about: errors of scripts, and what its policy forbade. */
export interface Tab {
  page: Page;
  complaints: string[];
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumBinary!,
    // As root it has no sandbox; small shared memory is what containers have
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });

export async function openTab(context: BrowserContext): Promise<Tab> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints };
}

/** Tests that need a browser. This suite installs none: where there is none it says so. */
export function inChromium(title: string, tests: () => void): void {
  if (chromiumBinary) describe(title, tests);
  else process.stderr.write(`No Chromium is installed: "${title}" is not tested\n`);
}
