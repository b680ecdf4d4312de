import { describe, expect, it } from 'vitest';
import { listAudit } from '../../src/fleet/organizations/list-audit.ts';
import { later } from '../../src/lib/clock.ts';
import { commandLine } from '../support/command-line.ts';
import { type Member, world } from '../support/world.ts';

// Time stands still unless a test moves it
let now = new Date();
const here = await world({ clock: () => now });
const chantier = commandLine(here.app);
const company = await here.company();
const owner = await company.as('OWNER');

const create =
  'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id previousSecretUntil } } }';
const rotate = `mutation ($apiKeyId: ID!, $overlapMinutes: Int) {
  rotateApiKey(input: { apiKeyId: $apiKeyId, overlapMinutes: $overlapMinutes }) {
    key apiKey { id prefix previousSecretUntil }
  }
}`;

interface Key {
  id: string;
  key: string;
}

async function newKey(more: Record<string, unknown> = {}, by = owner): Promise<Key> {
  const { createApiKey } = await by.ok(create, { input: { name: 'sync', scopes: ['CLIENT_READ'], ...more } });
  expect(createApiKey.apiKey.previousSecretUntil).toBeNull();
  return { id: createApiKey.apiKey.id, key: createApiKey.key };
}

async function rotated({ id }: Key, overlapMinutes?: number) {
  const { rotateApiKey } = await owner.ok(rotate, {
    apiKeyId: id,
    ...(overlapMinutes !== undefined && { overlapMinutes }),
  });
  return rotateApiKey as { key: string; apiKey: { prefix: string; previousSecretUntil: string | null } };
}

/** What a request with the key gets: its role, or the code of the refusal. */
async function asKey(key: string): Promise<string> {
  const { data, errors } = await here.graphql('{ viewer { role } }', {}, { authorization: `Bearer ${key}` });
  return errors[0]?.extensions.code ?? data.viewer.role;
}

describe('a rotated API key', () => {
  it('has a new secret; the old one is accepted until the overlap ends', async () => {
    const before = await newKey();
    expect(await asKey(before.key)).toBe('ADMIN');
    const after = await rotated(before, 5);
    expect(after.apiKey).toMatchObject({ id: before.id, previousSecretUntil: later(now, 300_000).toISOString() });
    expect(after.key).not.toBe(before.key);
    expect(after.key.startsWith(`chk_${after.apiKey.prefix}_`)).toBe(true);
    now = later(now, 299_999);
    expect([await asKey(before.key), await asKey(after.key)]).toEqual(['ADMIN', 'ADMIN']);
    now = later(now, 1);
    expect([await asKey(before.key), await asKey(after.key)]).toEqual(['UNAUTHENTICATED', 'ADMIN']);
  });

  it('accepts its old secret for a day by default, and not at all without an overlap', async () => {
    const first = await newKey();
    const second = await rotated(first);
    expect(second.apiKey.previousSecretUntil).toBe(later(now, 86_400_000).toISOString());
    const third = await rotated(first, 0);
    expect(third.apiKey.previousSecretUntil).toBeNull();
    const answers = [await asKey(first.key), await asKey(second.key), await asKey(third.key)];
    expect(answers).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'ADMIN']);
  });

  it('accepts neither secret once it is revoked', async () => {
    const before = await newKey();
    const after = await rotated(before);
    await owner.ok('mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKeyId } }', { id: before.id });
    expect([await asKey(before.key), await asKey(after.key)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  it('is rotated once by requests with the same Idempotency-Key', async () => {
    const { id } = await newKey();
    const ask = () => owner.graphql(rotate, { apiKeyId: id }, { 'idempotency-key': 'rotate' });
    const [first, second] = [await ask(), await ask()];
    expect([second.errors, second.data]).toEqual([[], first.data]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('leaves an entry in the audit log, without its secrets', async () => {
    const before = await newKey();
    const { key } = await rotated(before, 1);
    const { entries } = await listAudit(here.app.catalog, { action: 'api-key.rotated', limit: 1 });
    expect(entries[0]).toMatchObject({ organizationId: company.tenant.id, actorId: owner.user.id });
    expect(entries[0]!.metadata).toEqual({ previousSecretUntil: later(now, 60_000).toISOString() });
    // The secret follows the second underscore, and may contain others
    for (const secret of [before.key, key]) {
      expect(JSON.stringify(entries)).not.toContain(secret.split('_').slice(2).join('_'));
    }
  });
});

describe('rotating a key is refused', () => {
  const codeOf = async (who: Member, variables: Record<string, unknown>, headers = {}) =>
    (await who.graphql(rotate, variables, headers)).errors[0]?.extensions;

  it('to members, to API keys, and for keys of others', async () => {
    const mine = await newKey();
    const admin = await newKey({ scopes: ['ORGANIZATION_MANAGE'] });
    const other = await company.member('ADMIN');
    const stranger = await (await here.company('Other')).as('OWNER');
    const variables = { apiKeyId: mine.id };
    expect(await codeOf(await company.as('MANAGER'), variables)).toMatchObject({ code: 'FORBIDDEN' });
    const headers = { authorization: `Bearer ${admin.key}` };
    expect(await codeOf(owner, variables, headers)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await codeOf(other, variables)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await codeOf(stranger, variables)).toMatchObject({ code: 'NOT_FOUND', field: 'input.apiKeyId' });
    expect(await asKey(mine.key)).toBe('ADMIN');
  });

  it('for one that has expired or is revoked, and for a wrong overlap', async () => {
    const short = await newKey({ expiresAt: later(now, 1_000).toISOString() });
    const variables = { apiKeyId: short.id };
    expect(await codeOf(owner, { ...variables, overlapMinutes: -1 })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await codeOf(owner, { ...variables, overlapMinutes: 43_201 })).toMatchObject({
      code: 'BAD_INPUT',
      field: 'input.overlapMinutes',
    });
    now = later(now, 1_000);
    expect(await codeOf(owner, variables)).toMatchObject({ code: 'INVALID_STATE' });
    await owner.ok('mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKeyId } }', { id: short.id });
    expect(await codeOf(owner, variables)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('chantier apikey rotate prints the key with its new secret', async () => {
  const before = await newKey();
  const prefix = before.key.split('_')[1]!;
  const { code, stdout } = await chantier(['apikey', 'rotate', prefix, '--overlap', '2h', '--json']);
  const { key, previousSecretUntil, ...rest } = JSON.parse(stdout);
  expect([code, previousSecretUntil]).toEqual([0, later(now, 7_200_000).toISOString()]);
  expect(Object.keys(rest).filter((name) => /secret/i.test(name))).toEqual([]);
  expect([await asKey(before.key), await asKey(key)]).toEqual(['ADMIN', 'ADMIN']);
  expect((await chantier(['apikey', 'rotate', prefix, '--overlap', '0'])).code).toBe(0);
  expect([await asKey(before.key), await asKey(key)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  expect((await chantier(['apikey', 'rotate', 'nosuchprefix'])).code).toBe(4);
  expect((await chantier(['apikey', 'rotate', prefix, '--overlap', '31d'])).code).toBe(2);
});
