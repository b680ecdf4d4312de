import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { inChromium, launchBrowser, openTab } from '../support/browser.ts';
import { createDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { logged, runProgram, startProgram } from '../support/program.ts';
import { linkIn, SmtpReceiver } from '../support/smtp-receiver.ts';

/** The address and the password of the owner of the first organization. */
const owner = 'ada@acme.example';
const password = 'correct horse battery';

/** What `.env` says in the first hour, for a server on this machine. */
async function installation() {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const mail = await SmtpReceiver.listen();
  onTestFinished(() => mail[Symbol.asyncDispose]());
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const env = { DATABASE_URL: database.url, PORT: String(port), PUBLIC_URL: origin, SMTP_URL: mail.url };
  return { mail, origin, env };
}

async function acceptInvitation(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('Last name').fill('Byron');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Join' }).click();
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail address').fill(owner);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

inChromium('the first hour in production', () => {
  it('leads from an empty database to a query of the invited owner', { timeout: 300_000 }, async () => {
    const { mail, origin, env } = await installation();
    expect(await runProgram(['migrate'], env)).toMatchObject({ code: 0 });
    const server = startProgram(['serve'], env);
    await logged(server, 'listening');
    const create = ['tenant', 'create', 'Acme Conseil', '--slug', 'acme', '--owner', owner];
    const created = await runProgram(create, env);
    const invitation = await mail.mailTo(owner);
    expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining(`invited ${owner} by mail\n`) });
    expect(linkIn(invitation)).toMatch(new RegExp(`^${origin}/accept-invitation\\?token=[\\w-]+$`));

    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const { page, complaints } = await openTab(await browser.newContext({ locale: 'en-GB' }));
    await acceptInvitation(page, linkIn(invitation));
    await page.getByRole('heading', { name: 'Your organizations' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page);
    await page.getByRole('link', { name: 'Open GraphiQL: Acme Conseil' }).click();
    await page.getByRole('button', { name: /Execute query/ }).click({ timeout: 60_000 });
    await page.locator('.result-window').getByText('"totalCount"').waitFor({ timeout: 60_000 });
    expect(await page.locator('.result-window').textContent()).toMatch(/"totalCount":\s0/);
    expect(complaints).toEqual([]);
    await page.goto(linkIn(invitation));
    await page.getByRole('heading', { name: 'This invitation does not work' }).waitFor();
  });
});
