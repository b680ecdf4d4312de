import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { prune } from '../../src/identity/prune.ts';
import { catalogAnswers } from '../../src/identity/tables.ts';
import { later } from '../../src/lib/clock.ts';
import { TestMailer } from '../support/test-mailer.ts';
import { world } from '../support/world.ts';
import { catalogRequests, codesOf, newEmail, page, password, tokens } from './catalog-requests.ts';

const mailer = new TestMailer();
let lateMs = 0;
const server = await world({
  mailer,
  clock: () => later(new Date(), lateMs),
  env: { SIGN_UPS_PER_ADDRESS: '1000', ORGANIZATIONS_PER_ADDRESS: '1000' },
});
const { send, ok, account, place } = catalogRequests(server, mailer);

describe('a key', () => {
  const answers = () => server.app.catalog.read((db) => db.query.catalogAnswers.findMany());
  // Long enough not to occur in sealed text by chance
  const apiKey = { input: { name: 'synchronization', scopes: ['PEOPLE_READ'] }, selection: 'key' };

  it('sets the cookie again', async () => {
    const { email } = await account();
    const call = { input: { email, password }, selection: 'tokens { refreshToken }' };
    const key = randomUUID();
    const [first, again] = [await send('signIn', call, key), await send('signIn', call, key)];
    expect(first.headers.get('set-cookie')).toContain('chantier_refresh=');
    expect(again.headers.get('set-cookie')).toBe(first.headers.get('set-cookie'));
  });

  it('of an anonymous client belongs to one cookie', async () => {
    const key = randomUUID();
    const users: string[] = [];
    for (const { email } of [await account(), await account()]) {
      const signedIn = await ok('signIn', { input: { email, password }, selection: 'tokens { user { id } }' });
      const headers = { ...page, cookie: signedIn.headers.get('set-cookie')!.split(';')[0]! };
      const call = { input: {}, selection: 'tokens { user { email } }', headers };
      const refreshed = await send('refreshSession', call, key);
      expect(refreshed.data.refreshSession.tokens.user.email).toBe(email);
      expect(refreshed.headers.get('idempotency-replayed')).toBeNull();
      users.push(email);
    }
    expect(new Set(users).size).toBe(2);
  });

  it('is rejected for another request, and is a different key for another client', async () => {
    const { owner } = await place();
    const key = randomUUID();
    await send('createApiKey', { ...apiKey, headers: owner.headers }, key);
    const other = { ...apiKey, input: { ...apiKey.input, name: 'other' }, headers: owner.headers };
    const refused = await send('createApiKey', other, key);
    expect(refused.errors[0]!.extensions).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH', field: 'Idempotency-Key' });
    for (const email of [newEmail(), newEmail()]) {
      expect(codesOf(await send('requestPasswordReset', { input: { email }, selection: 'done' }, key))).toEqual([]);
    }
  });

  it('belongs to one organization', async () => {
    const { email, headers } = await account();
    const made = await ok('createOrganization', {
      input: { organization: { name: 'Second' } },
      selection: 'membership { organization { id } }',
      headers,
    });
    const organizationId = made.data.createOrganization.membership.organization.id;
    const there = await ok('signIn', { input: { email, password, organizationId }, selection: tokens });
    const second = { authorization: `Bearer ${there.data.signIn.tokens.accessToken}` };
    const key = randomUUID();
    const codeOf = async (of: Record<string, string>) => {
      const { data, errors } = await send(
        'createJoinCode',
        { input: {}, selection: 'joinCode { code }', headers: of },
        key,
      );
      expect(errors).toEqual([]);
      return data.createJoinCode.joinCode.code;
    };
    expect(await codeOf(headers)).not.toBe(await codeOf(second));
  });

  it('runs one of two requests at once', async () => {
    const { owner } = await place();
    const call = { ...apiKey, headers: owner.headers };
    const key = randomUUID();
    const both = await Promise.all([send('createApiKey', call, key), send('createApiKey', call, key)]);
    const keys = new Set(both.filter(({ errors }) => errors.length === 0).map(({ data }) => data.createApiKey.key));
    expect(keys.size).toBe(1);
    expect((await owner.ok('{ apiKeys { id } }')).apiKeys).toHaveLength(1);
  });

  it('without an answer yet says so, and when to retry', async () => {
    const { owner } = await place();
    const call = { ...apiKey, headers: owner.headers };
    const key = randomUUID();
    const before = new Set((await answers()).map(({ id }) => id));
    await send('createApiKey', call, key);
    const claimed = (await answers()).find(({ id }) => !before.has(id))!;
    // As a server leaves it that dies between the change and its answer
    await server.app.catalog.write((tx) =>
      tx.update(catalogAnswers).set({ answer: null }).where(eq(catalogAnswers.id, claimed.id)),
    );
    const retried = await send('createApiKey', call, key);
    expect(retried.errors[0]!.extensions).toMatchObject({
      code: 'IDEMPOTENCY_IN_PROGRESS',
      retryAfter: expect.any(Number),
    });
    expect(Number(retried.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await owner.ok('{ apiKeys { id } }')).apiKeys).toHaveLength(1);
  });

  it('stores no secret in plain text', async () => {
    const { owner } = await place();
    const { data } = await send('createApiKey', { ...apiKey, headers: owner.headers }, randomUUID());
    const stored = JSON.stringify(await answers());
    expect(stored).not.toContain(data.createApiKey.key);
    expect(stored).not.toContain(apiKey.input.name);
    const kept = await owner.company.world.app.binding.read(owner.company.tenant, (db) =>
      db.query.idempotencyKeys.findMany(),
    );
    expect(kept).toEqual([]);
  });

  it('resumes after the root fields that were answered', async () => {
    const { owner } = await place();
    const key = randomUUID();
    const query =
      'mutation { createJoinCode(input: {}) { joinCode { id } } again: createJoinCode(input: { maxUses: 0 }) { joinCode { id } } }';
    const run = () => owner.graphql(query, {}, { 'idempotency-key': key });
    const [first, second] = [await run(), await run()];
    expect(codesOf(first)).toEqual(['BAD_INPUT']);
    expect(codesOf(second)).toEqual(['BAD_INPUT']);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    expect((await owner.ok('{ joinCodes { id } }')).joinCodes).toHaveLength(1);
  });

  it('expires after a day, and its answer is deleted', async () => {
    const { owner } = await place();
    const call = { input: {}, selection: 'joinCode { code }' };
    const key = randomUUID();
    const codeOf = async (headers: Record<string, string>) =>
      (await send('createJoinCode', { ...call, headers }, key)).data.createJoinCode.joinCode.code;
    const first = await codeOf(owner.headers);
    lateMs = 24 * 3600 * 1000 + 1;
    try {
      while ((await prune(server.app.identity, 0)) > 0);
      expect(await answers()).toEqual([]);
    } finally {
      lateMs = 0;
    }
    expect(await codeOf(owner.headers)).not.toBe(first);
  });
});

it('a replay of an organization’s data is marked too', async () => {
  const { owner } = await place();
  const create = 'mutation { createClient(input: { name: "Once" }) { client { id } } }';
  const headers = { 'idempotency-key': randomUUID() };
  expect((await owner.graphql(create, {}, headers)).headers.get('idempotency-replayed')).toBeNull();
  expect((await owner.graphql(create, {}, headers)).headers.get('idempotency-replayed')).toBe('true');
});
