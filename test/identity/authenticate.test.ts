import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { suspendOrganization } from '../../src/fleet/organizations/suspend-organization.ts';
import { changeMemberRole } from '../../src/identity/change-member-role.ts';
import { createApiKey, revokeApiKey } from '../../src/identity/create-api-key.ts';
import { setUserDisabled } from '../../src/identity/disable-user.ts';
import { removeMember } from '../../src/identity/remove-member.ts';
import { signOut } from '../../src/identity/sign-out.ts';
import { apiKeys, userOrganizations } from '../../src/identity/tables.ts';
import { auditLogs } from '../../src/tenancy/tables.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { outcomes, type Process, processes, type Signed } from './support.ts';

const [here, there] = await processes(2);
const { identity } = here;
beforeAll(() => listening(true));

interface Case {
  tenant: Tenant;
  owner: Signed;
  member: Signed;
}

async function scene(): Promise<Case> {
  const tenant = await here.company();
  return { tenant, owner: await here.member(tenant, 'OWNER'), member: await here.member(tenant, 'MANAGER') };
}

const ask = async (process: Process, { authorization }: Signed) => {
  const [code] = await outcomes([process.viewer(authorization)]);
  return code === 'ok' ? (await process.viewer(authorization)).role : code;
};

const changes: [name: string, expected: string, change: (scene: Case) => Promise<unknown>][] = [
  [
    'a removed member',
    'FORBIDDEN',
    async ({ owner, member }) =>
      removeMember(identity, await here.viewer(owner.authorization), member.membership.id, {}),
  ],
  [
    'a demoted role',
    'CLIENT',
    async ({ owner, member }) => {
      const viewer = await here.viewer(owner.authorization);
      return changeMemberRole(identity, viewer, { membershipId: member.membership.id, role: 'CLIENT' }, {});
    },
  ],
  [
    'a suspended tenant',
    'TENANT_INACTIVE',
    ({ tenant }) => here.app.catalog.write((tx) => suspendOrganization(tx, tenant.id, { kind: 'SYSTEM' })),
  ],
  ['a revoked session', 'SESSION_REVOKED', ({ member }) => signOut(identity, { account: member.session.account }, {})],
  ['a disabled user', 'SESSION_REVOKED', ({ member }) => setUserDisabled(identity, member.person.userId, true)],
];

describe.each(changes)('%s', (_name, expected, change) => {
  it('applies to the next request here, and in another process as soon as it is notified', async () => {
    const case_ = await scene();
    expect([await ask(here, case_.member), await ask(there, case_.member)]).toEqual(['MANAGER', 'MANAGER']);
    await change(case_);
    expect(await ask(here, case_.member)).toBe(expected);
    // The clock stands still: only the notification can make it forget.
    await vi.waitFor(async () => expect(await ask(there, case_.member)).toBe(expected), { timeout: 60_000 });
  });

  it('applies at once in a process without notifications', async () => {
    const case_ = await scene();
    await ask(there, case_.member);
    await using _silence = await silence();
    await change(case_);
    expect([await ask(here, case_.member), await ask(there, case_.member)]).toEqual([expected, expected]);
  });
});

describe('the cached data of a caller', () => {
  it('is used for 2 seconds without a notification', async () => {
    const { member } = await scene();
    await ask(here, member);
    const mine = eq(userOrganizations.id, member.membership.id);
    await here.app.catalog.write((tx) => tx.update(userOrganizations).set({ role: 'CLIENT' }).where(mine));
    here.clock.advance(1999);
    expect(await ask(here, member)).toBe('MANAGER');
    here.clock.advance(1);
    expect(await ask(here, member)).toBe('CLIENT');
  });

  it('takes one statement, and none while it is cached', async () => {
    const { member } = await scene();
    const sent = async () => {
      const from = here.statements.length;
      await here.app.authenticator.authenticate({ authorization: member.authorization });
      return here.statements.slice(from).filter((text) => /^(select|insert|update|delete)/.test(text));
    };
    expect(await sent()).toHaveLength(1);
    expect(await sent()).toHaveLength(0);
    await using _silence = await silence();
    expect(await sent()).toHaveLength(1);
    expect(await sent()).toHaveLength(1);
  });
});

describe('the cached data of many callers', () => {
  it('is read by one statement for all of them, with the same result as single reads', async () => {
    const { tenant, owner } = await scene();
    const members = [owner, ...(await Promise.all(Array.from({ length: 20 }, () => here.member(tenant, 'MEMBER'))))];
    const all = () => outcomes(members.map(({ authorization }) => here.viewer(authorization)));
    const viewers = () => Promise.all(members.map(({ authorization }) => here.viewer(authorization)));
    const first = await viewers();
    const [gone, demoted] = [members[3]!, members[4]!.membership.id];
    await removeMember(identity, first[0]!, gone.membership.id, {});
    await here.app.catalog.write((tx) =>
      tx.update(userOrganizations).set({ role: 'CLIENT' }).where(eq(userOrganizations.id, demoted)),
    );
    here.clock.advance(1500);
    const from = here.statements.length;
    const states = () => here.statements.slice(from).filter((text) => text.includes('unnest'));
    expect((await all())[3]).toBe('FORBIDDEN');
    // The demotion was told to nobody: it shows once they are read again
    await expect.poll(async () => (await here.viewer(members[4]!.authorization)).role).toBe('CLIENT');
    expect((await all()).map((code) => code === 'ok')).toEqual(members.map((member) => member !== gone));
    expect((await here.viewer(owner.authorization)).role).toBe('OWNER');
    expect(states()).toHaveLength(2);
  });
});

describe('a token', () => {
  it('is valid for its own organization only', async () => {
    const [one, other] = [await scene(), await scene()];
    const { authenticator } = here.app;
    const { authorization } = one.member;
    expect(await authenticator.organizationOf(await authenticator.read(authorization))).toBe(one.tenant.id);
    const tries = [one, other].map(({ tenant }) => authenticator.authenticate({ authorization, tenant }));
    expect(await outcomes(tries)).toEqual(['ok', 'TENANT_MISMATCH']);
  });

  it('is anonymous if absent, and rejected if invalid', async () => {
    const { authenticator } = here.app;
    const { member } = await scene();
    const token = member.session.accessToken;
    expect(await authenticator.authenticate({})).toBeNull();
    const [head, body, signature] = token.split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), org: 'x' }));
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const bad = [
      token,
      'Basic YTpi',
      'Bearer ',
      'Bearer nonsense',
      `Bearer ${head}.${forged.toString('base64url')}.${signature}`,
      `Bearer ${none}.${body}.`,
      `Bearer ${'x'.repeat(10_000)}`,
    ];
    const codes = await outcomes(bad.map((authorization) => authenticator.authenticate({ authorization })));
    expect(codes).toEqual(Array(bad.length).fill('UNAUTHENTICATED'));
    here.clock.advance(15 * 60_000 + 5_000);
    expect(await outcomes([here.viewer(member.authorization)])).toEqual(['UNAUTHENTICATED']);
  });

  it('names user, organization and session, but no permissions', async () => {
    const { member, tenant } = await scene();
    const claims = JSON.parse(Buffer.from(member.session.accessToken.split('.')[1]!, 'base64url').toString());
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'org', 'sid', 'sub']);
    expect(claims).toMatchObject({ sub: member.person.userId, org: tenant.id, sid: member.session.account.sessionId });
  });
});

describe('an API key', () => {
  it('acts for its creator within its scopes, in its organization', async () => {
    const { owner, tenant } = await scene();
    const scopes = ['task:read', 'task:write'] as const;
    const { key } = await make(owner, { name: 'sync', scopes: [...scopes], persistedOnly: true });
    const viewer = await here.viewer(`Bearer ${key}`);
    expect(viewer).toMatchObject({ userId: owner.person.userId, organizationId: tenant.id, roleClass: 'integrator' });
    expect(viewer.apiKey?.persistedOnly).toBe(true);
    expect([...viewer.permissions].sort()).toEqual(scopes);
    const { authenticator } = here.app;
    expect(await authenticator.organizationOf(await authenticator.read(`Bearer ${key}`))).toBe(tenant.id);
    const elsewhere = (await scene()).tenant;
    const request = { authorization: `Bearer ${key}`, tenant: elsewhere };
    expect(await outcomes([here.app.authenticator.authenticate(request)])).toEqual(['TENANT_MISMATCH']);
  });

  it('never has more permissions than its creator has now', async () => {
    const { owner, tenant } = await scene();
    const admin = await here.member(tenant, 'ADMIN');
    const { key } = await make(admin, { name: 'sync', scopes: ['task:read', 'cost:read'] });
    const viewer = await here.viewer(owner.authorization);
    await changeMemberRole(identity, viewer, { membershipId: admin.membership.id, role: 'MEMBER' }, {});
    expect([...(await here.viewer(`Bearer ${key}`)).permissions]).toEqual(['task:read']);
  });

  it('is invalid when revoked or expired, and with another secret', async () => {
    const { owner } = await scene();
    const soon = new Date(here.clock.now().getTime() + 60_000);
    const [revoked, expiring] = [await make(owner), await make(owner, { expiresAt: soon })];
    const use = (key: string, process = here) => process.viewer(`Bearer ${key}`);
    expect(await outcomes([use(revoked.key), use(revoked.key, there), use(expiring.key)])).toEqual(['ok', 'ok', 'ok']);
    await revokeApiKey(identity, await here.viewer(owner.authorization), revoked.apiKey.id, {});
    here.clock.advance(60_000);
    const tries = [use(revoked.key), use(revoked.key, there), use(expiring.key), use(`${revoked.key.slice(0, -2)}AA`)];
    expect(await outcomes(tries)).toEqual(Array(4).fill('UNAUTHENTICATED'));
  });

  it('records its use at most once a minute', async () => {
    const { owner } = await scene();
    const { key, apiKey } = await make(owner);
    const lastUse = async () => (await lastUseOf(apiKey.id))?.getTime();
    const first = here.clock.now().getTime();
    await here.viewer(`Bearer ${key}`);
    await expect.poll(lastUse).toBe(first);
    here.clock.advance(59_999);
    const from = here.statements.length;
    await here.viewer(`Bearer ${key}`);
    expect(here.statements.slice(from).filter((text) => text.startsWith('update "api_keys"'))).toEqual([]);
    here.clock.advance(1);
    await here.viewer(`Bearer ${key}`);
    await expect.poll(lastUse).toBe(first + 60_000);
  });

  it('is recorded in the audit log once a day', async () => {
    const { owner } = await scene();
    const { key, apiKey } = await make(owner);
    const uses = async () => {
      const rows = await here.app.catalog.read((db) =>
        db.select().from(auditLogs).where(eq(auditLogs.actorId, apiKey.id)),
      );
      return rows.map(({ action, actorKind, organizationId }) => `${action} ${actorKind} ${organizationId}`);
    };
    const used = `api-key.used API_KEY ${owner.membership.organizationId}`;
    for (let n = 0; n < 3; n++) {
      await here.viewer(`Bearer ${key}`);
      await expect.poll(async () => (await lastUseOf(apiKey.id))?.getTime()).toBe(here.clock.now().getTime());
      here.clock.advance(60_000);
    }
    expect(new Set(await uses())).toEqual(new Set([used]));
    expect((await uses()).length).toBeLessThan(3);
    here.clock.advance(24 * 3_600_000);
    const before = (await uses()).length;
    await here.viewer(`Bearer ${key}`);
    await expect.poll(uses).toHaveLength(before + 1);
  });

  it('is noted with the address of its last use', async () => {
    const { owner } = await scene();
    const { key, apiKey } = await make(owner);
    const usedFrom = async (address: string) => {
      await here.app.authenticator.authenticate({ authorization: `Bearer ${key}`, address });
      await expect.poll(async () => (await rowOf(apiKey.id))?.lastUsedFrom).toBe(address);
      here.clock.advance(60_000);
    };
    await usedFrom('192.0.2.7');
    await usedFrom('2001:db8::7');
  });

  it('can be created only with the permission, for permissions that one has, and never by a key', async () => {
    const { owner, member } = await scene();
    const { key } = await make(owner, { scopes: ['organization:manage'] });
    const input = { name: 'x', scopes: ['task:read' as const] };
    const tries = [member.authorization, `Bearer ${key}`].map(async (authorization) =>
      createApiKey(identity, await here.viewer(authorization), input, {}),
    );
    expect(await outcomes(tries)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    await expect(make(owner, { expiresAt: here.clock.now() })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { field: 'input.expiresAt' },
    });
  });
});

async function make(by: Signed, input: Partial<Parameters<typeof createApiKey>[2]> = {}) {
  const viewer = await here.viewer(by.authorization);
  return createApiKey(identity, viewer, { name: 'sync', scopes: ['task:read'], ...input }, {});
}

async function rowOf(apiKeyId: string) {
  const [row] = await here.app.catalog.read((db) => db.select().from(apiKeys).where(eq(apiKeys.id, apiKeyId)));
  return row;
}

const lastUseOf = async (apiKeyId: string): Promise<Date | null | undefined> => (await rowOf(apiKeyId))?.lastUsedAt;

const listening = (up: boolean) =>
  vi.waitFor(() => expect([here.app.listener.up, there.app.listener.up]).toEqual([up, up]), { timeout: 60_000 });

/** Ends the connections that both processes listen on, and lets them make no new ones until it is disposed. */
async function silence(): Promise<AsyncDisposable> {
  const { roles } = here.app.installation;
  await here.administer(`alter role "${roles.app}" connection limit 0`);
  await here.administer(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chantier notifications' and usename = '${roles.app}'`,
  );
  await listening(false);
  const end = async () => {
    await here.administer(`alter role "${roles.app}" connection limit -1`);
    await listening(true);
  };
  return { [Symbol.asyncDispose]: end };
}
