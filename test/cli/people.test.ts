import { describe, expect, it, onTestFinished } from 'vitest';
import { listAudit } from '../../src/fleet/organizations/list-audit.ts';
import { findUserByEmail } from '../../src/identity/find-user.ts';
import { commandLine } from '../support/command-line.ts';
import { world } from '../support/world.ts';

const here = await world();
const chantier = commandLine(here.app);
const company = await here.company();
const { slug } = company.tenant;

/** Runs a command that must succeed, and returns its JSON document. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await chantier([...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const actions = async () => (await listAudit(here.app.catalog, { limit: 50 })).entries.map(({ action }) => action);

const asKey = (key: string) => here.graphql('{ viewer { role } }', {}, { authorization: `Bearer ${key}` });

describe('chantier tenant create --owner', () => {
  it('invites the owner, and prints the link if no mail is configured', async () => {
    const made = await run('tenant', 'create', 'Globex', '--slug', 'globex-owned', '--owner', 'ada@globex.example');
    expect(made).toMatchObject({ slug: 'globex-owned', owner: 'ada@globex.example' });
    expect(made.invitation).toMatch(/^http:.*\btoken=\S{40,}$/);
    expect(await actions()).toContain('member.invited');
  });
});

describe('chantier user', () => {
  it('lists users by organization and by page, with roles', async () => {
    const { user } = await company.member('MANAGER');
    await company.member('MEMBER');
    const members = await run('user', 'list', '--tenant', slug);
    expect(members).toContainEqual(
      expect.objectContaining({ email: user.email, organizations: [`${slug} (MANAGER)`], disabledAt: null }),
    );
    const [first, second] = await run('user', 'list', '--limit', '2');
    expect(await run('user', 'list', '--limit', '1', '--after', first.email)).toEqual([second]);
  });

  it('sets the password of a user', async () => {
    process.env.PEOPLE_TEST_PASSWORD = 'another password';
    onTestFinished(() => void delete process.env.PEOPLE_TEST_PASSWORD);
    const { user } = await company.member('MEMBER');
    const line = ['user', 'set-password', user.email, '--password-env', 'PEOPLE_TEST_PASSWORD'];
    expect(await run(...line)).toMatchObject({ email: user.email, apiKeys: [] });
    const { passwordHash } = (await here.app.catalog.read((db) => findUserByEmail(db, user.email)))!;
    expect(await here.app.identity.passwords.verify('another password', passwordHash)).toBe(true);
    process.env.PEOPLE_TEST_PASSWORD = 'short';
    expect(await chantier(line)).toMatchObject({ code: 2, stderr: expect.stringContaining('at least 10 characters') });
  });

  it('disables a user, and ends their API keys and sessions', async () => {
    const { user } = await company.member('MANAGER');
    const { key } = await run(
      ...['apikey', 'create', '--tenant', slug, '--user', user.email, '--name', 'k', '--scopes', 'project:read'],
    );
    expect((await asKey(key)).data.viewer.role).toBe('MANAGER');
    await run('user', 'remove', user.email, '--yes');
    expect((await asKey(key)).errors).toHaveLength(1);
    expect((await chantier(['token', '--tenant', slug, '--user', user.email])).code).toBe(3);
  });
});

describe('chantier apikey', () => {
  it('creates, lists and revokes a key, each with an entry in the audit log', async () => {
    const { user } = await company.member('MANAGER');
    const create = ['apikey', 'create', '--tenant', slug, '--user', user.email, '--name', 'Reports'];
    const { key, prefix } = await run(...create, '--scopes', 'project:read,task:read', '--expires', '2100-01-01');
    expect((await asKey(key)).data.viewer.role).toBe('MANAGER');
    const listed = await run('apikey', 'list', '--tenant', slug);
    expect(listed[0]).toMatchObject({ prefix, name: 'Reports', email: user.email, revokedAt: null });
    expect(JSON.stringify(listed)).not.toContain(key);
    await run('apikey', 'revoke', prefix, '--yes');
    expect((await asKey(key)).errors).toHaveLength(1);
    expect((await chantier(['apikey', 'revoke', prefix, '--yes'])).code).toBe(4);
    expect(await actions()).toEqual(expect.arrayContaining(['api-key.created', 'api-key.revoked']));
  });

  it('gives a key a limit of its own, with both of its numbers', async () => {
    const { user } = await company.member('MANAGER');
    const create = ['apikey', 'create', '--tenant', slug, '--user', user.email, '--name', 'k', '--scopes', 'task:read'];
    const limit = ['--points', '300', '--restore-rate', '20'];
    const { key, points, restoreRate } = await run(...create, ...limit);
    expect([points, restoreRate]).toEqual([300, 20]);
    const asked = await here.graphql(
      '{ rateLimit { limit restoreRate cost } }',
      {},
      { authorization: `Bearer ${key}` },
    );
    expect(asked.data.rateLimit).toEqual({ limit: 300, restoreRate: 20, cost: 1 });
    expect(await run(...create)).toMatchObject({ points: null, restoreRate: null });
    for (const alone of [limit.slice(0, 2), limit.slice(2)]) {
      const refused = { code: 2, stderr: expect.stringContaining('--points and --restore-rate together') };
      expect(await chantier([...create, ...alone])).toMatchObject(refused);
    }
    expect((await chantier([...create, '--points', '0', '--restore-rate', '20'])).code).toBe(2);
  });

  it('refuses permissions that the member lacks, and expiry dates in the past', async () => {
    const { user } = await company.member('MEMBER');
    const create = ['apikey', 'create', '--tenant', slug, '--user', user.email, '--name', 'k', '--scopes'];
    expect((await chantier([...create, 'organization:manage'])).code).toBe(3);
    expect((await chantier([...create, 'project:fly'])).code).toBe(2);
    expect((await chantier([...create, 'project:read', '--expires', '2020-01-01'])).code).toBe(2);
    const stranger = await here.user();
    expect((await chantier([...create.with(5, stranger.email), 'project:read'])).code).toBe(3);
  });
});

it('chantier token writes an entry into the audit log', async () => {
  const { user } = await company.member('MEMBER');
  expect((await chantier(['token', '--tenant', slug, '--user', user.email])).code).toBe(0);
  const { entries } = await listAudit(here.app.catalog, { action: 'token.issued', limit: 1 });
  expect(entries[0]).toMatchObject({
    organizationId: company.tenant.id,
    resourceId: user.id,
    metadata: { sessionId: expect.any(String) },
  });
});
