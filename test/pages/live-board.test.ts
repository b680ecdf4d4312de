import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveLiveBoard } from '../../examples/live-board/serve.ts';
import { createProject } from '../projects/support.ts';
import { inChromium, launchBrowser, openTab } from '../support/browser.ts';
import { memberPassword, withPassword } from '../support/password.ts';
import { served } from '../support/served.ts';
import { type Member, world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';

const example = await serveLiveBoard(0);
afterAll(() => example.close());
const page = `http://localhost:${(example.address() as AddressInfo).port}`;
const here = await world({ env: { CORS_ORIGINS: page } });
const { origin } = await served(here);

inChromium('the live board in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** A window in which a person has opened a project. */
  async function windowOf({ user }: Member, project: string, transport: string) {
    const tab = await openTab(await browser.newContext());
    tab.page.setDefaultTimeout(120_000);
    await tab.page.goto(`${page}/?server=${origin}&transport=${transport}`);
    await tab.page.getByLabel('E-mail address').fill(user.email);
    await tab.page.getByLabel('Password').fill(memberPassword);
    await tab.page.getByRole('button', { name: 'Sign in' }).click();
    await tab.page.getByLabel('Project').selectOption({ label: project });
    return tab;
  }

  const say = async (tab: Page, text: string) => {
    await tab.getByLabel('Message').fill(text);
    await tab.getByRole('button', { name: 'Send' }).click();
  };

  it.each(['websocket', 'sse'])('shows each of two people what the other one does, over %s', async (transport) => {
    const company = await here.company();
    const [ada, grace] = [await withPassword(await company.as('OWNER')), await withPassword(await company.as('ADMIN'))];
    const projectId = await createProject(ada, { name: 'Moon base' });
    await createTask(ada, { name: 'Dig a crater', projectId });
    const windows = [
      await windowOf(ada, 'Moon base', transport),
      await windowOf(grace, 'Moon base', transport),
    ] as const;
    const [first, second] = windows.map((tab) => tab.page) as [Page, Page];
    for (const each of [first, second]) await each.locator('#TODO').getByText('Dig a crater').waitFor();
    await first.getByTitle('Status of Dig a crater').selectOption('IN_PROGRESS');
    await second.locator('#IN_PROGRESS').getByText('Dig a crater').waitFor();
    await say(second, 'I bring the shovel');
    await first.locator('#messages').getByText('I bring the shovel').waitFor();
    await say(first, 'Thanks');
    await second.locator('#messages').getByText('Thanks').waitFor();
    await second.getByTitle('Status of Dig a crater').selectOption('DONE');
    await first.locator('#DONE').getByText('Dig a crater').waitFor();
    expect(windows.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
