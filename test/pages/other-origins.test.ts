import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inChromium, launchBrowser } from '../support/browser.ts';
import { memberPassword as password, withPassword } from '../support/password.ts';
import { served } from '../support/served.ts';
import { world } from '../support/world.ts';

/** Empty pages, which are of another origin than the server. */
const pages = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<title>App'));
pages.listen(0);
await once(pages, 'listening');
afterAll(() => void pages.close());
const { port } = pages.address() as AddressInfo;

// The server is on localhost too, so that the first is of its site and the second is not; neither is the third, which
// the server does not list
const ofSite = `http://localhost:${port}`;
const ofOtherSite = `http://127.0.0.1:${port}`;
const unlisted = `http://[::1]:${port}`;

// Time stands still, so that no points come back
const now = new Date();
const here = await world({
  clock: () => now,
  env: {
    CORS_ORIGINS: `${ofSite},${ofOtherSite}`,
    CORS_HEADERS: 'x-of-ours',
    ORGANIZATION_POINTS: '1000',
    ORGANIZATION_RESTORE_RATE: '50',
  },
});
const { origin } = await served(here);
const company = await here.company();
const owner = await withPassword(await company.as('OWNER'));
const count = '{ clients { totalCount } }';
const create = 'mutation { createClient(input: { name: "From a page" }) { client { name } } }';

interface Sent {
  method?: 'GET' | 'POST';
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  credentials?: 'include';
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: { data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] };
}

/** What a script of the page may read of the answer; a text if the browser refuses. */
const send = (page: Page, { path = '/graphql', ...init }: Sent): Promise<Answer | string> =>
  page.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, init);
        const headers = Object.fromEntries(response.headers);
        return { status: response.status, headers, body: JSON.parse(await response.text()) };
      } catch (error) {
        return String(error);
      }
    },
    [origin + path, init] as const,
  );

const post = (query: string, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ query }),
});

inChromium('scripts of other origins in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    browser = await launchBrowser();
    context = await browser.newContext();
  });
  afterAll(() => browser?.close());

  async function open(from: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(from);
    return page;
  }

  it('of a listed origin send the headers of clients, and read those of limits and caches', async () => {
    const page = await open(ofOtherSite);
    const ofClients = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'app=1',
      'x-request-id': 'from-a-page',
      'x-of-ours': '1',
      'apollo-require-preflight': 'true',
      'apollographql-client-name': 'web',
      'apollographql-client-version': '1',
      'idempotency-key': 'once',
      'x-chantier-csrf': '1',
    };
    const answer = await send(page, post(create, { ...owner.headers, ...ofClients }));
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { createClient: {} } },
      headers: {
        ratelimit: expect.stringContaining('r='),
        'ratelimit-policy': expect.stringContaining('q='),
        'x-request-id': expect.any(String),
      },
    });
    const path = `/graphql?query=${encodeURIComponent(count)}`;
    const read = (await send(page, { path, headers: owner.headers })) as Answer;
    expect(read).toMatchObject({ status: 200, body: { data: { clients: { totalCount: 1 } } } });
    expect(read.headers.etag).toMatch(/^W?\/?".+"$/);
  });

  it('of a listed origin learn by Retry-After when points are back', async () => {
    const page = await open(ofOtherSite);
    const input = '{ name: "small", scopes: [CLIENT_READ], limit: { points: 1, restoreRate: 1 } }';
    const { createApiKey } = await owner.ok(`mutation { createApiKey(input: ${input}) { key } }`);
    const limited = post('{ rateLimit { remaining } }', { authorization: `Bearer ${createApiKey.key}` });
    const first = await send(page, limited);
    expect(first).toMatchObject({ status: 200, body: { data: { rateLimit: { remaining: 0 } } } });
    expect(await send(page, limited)).toMatchObject({
      status: 429,
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
      body: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    });
  });

  it('of another origin neither send nor read anything', async () => {
    const page = await open(unlisted);
    const before = (await owner.ok(count)).clients.totalCount;
    for (const sent of [post(create, owner.headers), post(create), { path: `/graphql?query=${count}` }])
      expect(await send(page, sent)).toBe('TypeError: Failed to fetch');
    expect((await owner.ok(count)).clients.totalCount).toBe(before);
  });

  it('of the site of the server use the refresh cookie, with the CSRF header and without reading it', async () => {
    const page = await open(ofSite);
    const input = `{ email: "${owner.user.email}", password: "${password}" }`;
    const signIn = `mutation { signIn(input: ${input}) { tokens { accessToken refreshToken } } }`;
    const signedIn = (await send(page, { ...post(signIn), credentials: 'include' })) as Answer;
    expect(signedIn.body.data).toMatchObject({
      signIn: { tokens: { accessToken: expect.any(String), refreshToken: null } },
    });
    expect(await page.evaluate('document.cookie')).toBe('');
    const refresh = 'mutation { refreshSession(input: {}) { tokens { accessToken } } }';
    const bare = await send(page, { ...post(refresh), credentials: 'include' });
    expect(bare).toMatchObject({ status: 403, body: { errors: [{ extensions: { code: 'CSRF_REQUIRED' } }] } });
    const proven = { ...post(refresh, { 'x-chantier-csrf': '1' }), credentials: 'include' } as const;
    const fresh = { data: { refreshSession: { tokens: { accessToken: expect.any(String) } } } };
    expect(await send(page, proven)).toMatchObject({ status: 200, body: fresh });
    // A page of another site, listed or not, does not send it
    const elsewhere = (await send(await open(ofOtherSite), proven)) as Answer;
    expect(elsewhere.body.errors).toHaveLength(1);
  });
});
