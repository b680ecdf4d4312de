import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMember } from '../../src/identity/add-member.ts';
import { matrix } from '../../src/identity/permissions.ts';
import { examplesFor } from '../../src/server/explorer/examples.ts';
import { createClient, createProject } from '../projects/support.ts';
import { inChromium, launchBrowser, openTab } from '../support/browser.ts';
import { memberPassword as password, withPassword } from '../support/password.ts';
import { run } from '../support/run.ts';
import { served } from '../support/served.ts';
import { type Member, world } from '../support/world.ts';
import { recordTime } from '../time/support.ts';
import { Visitor } from './visitor.ts';

const production = { NODE_ENV: 'production', PUBLIC_URL: 'http://localhost:4000' };
const here = await world({ env: production });
const { origin } = await served(here);
const acme = await here.company('Acme Fils');
const owner = await withPassword(await acme.as('OWNER'));
const explorer = `/t/${acme.tenant.slug}/explorer`;

async function signedIn({ user }: Member): Promise<Visitor> {
  const visitor = new Visitor(origin);
  await visitor.post('/sign-in', { email: user.email, password });
  return visitor;
}

describe('the explorer in production', () => {
  it('opens for people who may explore the graph', async () => {
    const answer = await (await signedIn(owner)).get(explorer);
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(page).toContain('<title>Acme Fils · Chantier</title>');
    expect(page.length).toBeLessThan(12_000);
  });

  it('explains to others why it does not open', async () => {
    const member = await (await signedIn(await withPassword(await acme.as('MEMBER')))).get(explorer);
    expect(member.status).toBe(403);
    expect(await member.text()).toContain('graph:explore');
  });

  it('asks anonymous visitors to sign in first', async () => {
    const answer = await new Visitor(origin).get(explorer);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/?next=${encodeURIComponent(explorer)}`]);
  });

  it('is the redirect target of a browser that opens /graphql', async () => {
    const answer = await new Visitor(origin).get(`/t/${acme.tenant.slug}/graphql?query={a}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${explorer}?query={a}`]);
  });

  it('runs the scripts of this server alone, and nothing inline', async () => {
    const policy = (await (await signedIn(owner)).get(explorer)).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; worker-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('has its files compressed once, and kept for good by browsers', async () => {
    const page = await (await (await signedIn(owner)).get(explorer)).text();
    const files = [...page.matchAll(/\/assets\/[\w.-]+/g)].map(([file]) => file);
    expect(files.length).toBeGreaterThan(7);
    for (const file of new Set(files)) {
      const answer = await fetch(origin + file, { headers: { 'accept-encoding': 'gzip' } });
      expect([file, answer.status]).toEqual([file, 200]);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const again = await fetch(origin + file, { headers: { 'if-none-match': answer.headers.get('etag')! } });
      expect([file, again.status]).toEqual([file, 304]);
    }
    expect((await fetch(`${origin}/assets/graphiql-0.0.0.js`)).status).toBe(404);
  });

  it.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['', 'gzip'],
  ])('compresses for "%s" by %s', async (accepted, encoding) => {
    const page = await (await (await signedIn(owner)).get(explorer)).text();
    const [file] = /\/assets\/graphiql-[\d.]+\.js/.exec(page)!;
    const { get } = await import('node:http');
    const { promise, resolve } = Promise.withResolvers<{ headers: object; body: Buffer }>();
    get(origin + file, { headers: { 'accept-encoding': accepted } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    });
    const { headers, body } = await promise;
    expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
    expect(body.length).toBeLessThan(1_600_000);
    if (encoding === 'gzip') expect(gunzipSync(body).toString()).toContain('renderYogaGraphiQL');
  });
});

describe('the examples', () => {
  it.each(['OWNER', 'ADMIN', 'MANAGER'] as const)('answer the %s from one statement each', async (role) => {
    const member = await acme.as(role);
    const permissions = new Set(matrix[role]);
    const examples = examplesFor({ permissions }, acme.tenant.modules, 'en');
    expect(examples.length).toBeGreaterThanOrEqual(6);
    for (const { title, query } of examples) {
      const { errors, statements } = await member.graphql(query);
      expect([title, errors, statements.length]).toEqual([title, [], 1]);
    }
  });

  it('are those that a member may run', () => {
    const permissions = new Set(matrix.CLIENT);
    const titles = examplesFor({ permissions }, acme.tenant.modules, 'fr').map(({ title }) => title);
    expect(titles).toEqual(['Tâches en retard par projet', 'Tâches terminées par mois', 'Canaux les plus actifs']);
  });
});

inChromium('the explorer in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('runs a query after signing in, without pasting a token, within its content security policy', {
    timeout: 120_000,
  }, async () => {
    const { page, complaints } = await openTab(await browser.newContext({ locale: 'fr-FR' }));
    await page.goto(`${origin}${explorer}`);
    await page.getByLabel('Adresse e-mail').fill(owner.user.email);
    await page.getByLabel('Mot de passe').fill(password);
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.waitForURL(`${origin}${explorer}*`);
    await page.getByRole('button', { name: /Execute query/ }).click({ timeout: 60_000 });
    await page.locator('.result-window').getByText('"projects"').waitFor({ timeout: 60_000 });
    expect(await page.locator('.result-window').textContent()).toMatch(/"totalCount":\s0/);
    expect(complaints).toEqual([]);
  });

  it('serves the work of an analyst in a second organization, and asks no other server', {
    timeout: 180_000,
  }, async () => {
    const beta = await here.company('Beta');
    const { identity } = here.app;
    const { id: userId, ...names } = owner.user;
    const person = { userId, ...names };
    await addMember(identity, { person, tenant: beta.tenant, role: 'OWNER' }, { ipAddress: '127.0.0.1' });
    const manager = await beta.as('MANAGER');
    await recordHours(manager);
    const shared = { name: 'Team hours', document: '{ timeEntriesAggregate { count } }', isShared: true };
    await run(manager, 'createSavedOperation', shared);
    const { page, complaints } = await openTab(
      await browser.newContext({ locale: 'en-GB', acceptDownloads: true, viewport: { width: 1280, height: 800 } }),
    );
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    const answers = (text: string) =>
      page.locator('.result-window').getByText(text).first().waitFor({ timeout: 60_000 });
    const execute = async () => {
      await page.getByRole('button', { name: /Execute query/ }).click({ timeout: 60_000 });
      await answers('"timeEntriesAggregate"');
    };
    const saved = page.getByLabel('Saved', { exact: true });
    const dialog = page.locator('#save-dialog');
    const choose = async (name: string, button: string) => {
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByLabel('Name of the operation').fill(name);
      await dialog.getByRole('button', { name: button, exact: true }).click();
    };
    const save = async (name: string) => {
      await choose(name, 'Save');
      await dialog.waitFor({ state: 'hidden' });
    };
    const listed = async (): Promise<string[]> => {
      await page.waitForFunction('!document.getElementById("tools").disabled');
      await saved.locator('optgroup').first().waitFor({ state: 'attached' });
      return (await saved.locator('option').allTextContents()).slice(1);
    };

    await page.goto(`${origin}${explorer}`);
    await page.getByLabel('E-mail address').fill(owner.user.email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Organization').selectOption({ label: 'Beta' });
    await page.waitForURL(`${origin}/t/${beta.tenant.slug}/explorer*`);

    await page.getByLabel('Examples').selectOption({ label: 'Hours by client, sector and month' });
    await page.waitForURL(/query=/);
    await execute();
    await save('Our hours');
    expect(await listed()).toEqual(['Our hours', 'Team hours']);
    await screenshot(page, 'explorer-light');
    await save('Hours of clients');
    expect(await listed()).toEqual(['Hours of clients', 'Team hours']);
    await choose('Hours of clients', 'Save as new');
    await dialog.getByText('This value is already taken').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    // What was edited and saved is there again after a reload, whatever the address was before
    await page.locator('.graphiql-query-editor .monaco-editor').first().click();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.type('# Edited');
    await page.keyboard.press('Enter');
    await save('Hours of clients');
    expect(new URL(page.url()).searchParams.has('query')).toBe(false);
    await page.reload();
    expect(await listed()).toEqual(['Hours of clients', 'Team hours']);
    await page.locator('.graphiql-query-editor').getByText('# Edited').waitFor();
    await page.getByRole('button', { name: /New tab/ }).click();
    expect(new URL(page.url()).searchParams.has('saved')).toBe(false);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    expect(await page.getByLabel('Name of the operation').inputValue()).toBe('');
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    // Nothing of it is kept in the browser
    await page.evaluate('localStorage.clear()');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${origin}/t/${beta.tenant.slug}/explorer`);
    expect(await listed()).toEqual(['Hours of clients', 'Team hours']);
    await saved.selectOption({ label: 'Hours of clients' });
    await page.waitForURL(/saved=SavedOperation/);
    await execute();
    await answers('"Hooli"');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^timeEntriesAggregate-.*\.csv$/);
    expect(await readFile(await download.path(), 'utf8')).toMatch(/^keys\.projectKeys\.client\.name,/);

    await page.getByRole('button', { name: 'Plan' }).click();
    await page.locator('#plan-dialog[open]').waitFor();
    expect(await page.locator('#plan-text').textContent()).toMatch(/^select .*"time_entries"/s);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await screenshot(page, 'explorer-save-dark');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await listed()).toEqual(['Team hours']);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    expect([...hosts].filter((host) => host !== origin && !host.startsWith('blob'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

/** `SCREENSHOTS=docs/images` makes the pictures of the documentation again. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

async function recordHours(manager: Member): Promise<void> {
  const today = Date.now();
  const clients = [
    ['Initech', 'Software', '6.5'],
    ['Globex', 'Energy', '4'],
    ['Hooli', 'Software', '7.25'],
  ];
  for (const [name, sector, hours] of clients) {
    const clientId = await createClient(manager, { name, sector });
    const projectId = await createProject(manager, { clientId });
    for (const daysAgo of [0, 35]) {
      const workDate = new Date(today - daysAgo * 86_400_000).toISOString().slice(0, 10);
      await recordTime(manager, { projectId, workDate, hours });
    }
  }
}
