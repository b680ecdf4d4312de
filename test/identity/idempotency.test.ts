import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { prune } from '../../src/identity/prune.ts';
import { catalogAnswers } from '../../src/identity/tables.ts';
import { later } from '../../src/lib/clock.ts';
import { schema } from '../../src/schema.ts';
import { TestMailer } from '../support/test-mailer.ts';
import { type Company, type GraphResult, type Member, world } from '../support/world.ts';

const mailer = new TestMailer();
let lateMs = 0;
const server = await world({
  mailer,
  clock: () => later(new Date(), lateMs),
  env: { SIGN_UPS_PER_ADDRESS: '1000', ORGANIZATIONS_PER_ADDRESS: '1000' },
});
const password = 'a long enough password';
const page = { 'x-chantier-csrf': '1' };
const tokens = 'tokens { accessToken refreshToken user { id } }';
const codesOf = ({ errors }: GraphResult<unknown>) => errors.map(({ extensions }) => extensions.code);
const typeOf = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;

interface Call {
  input: object;
  selection: string;
  headers?: Record<string, string>;
}

const send = (name: string, { input, selection, headers }: Call, key: string) =>
  server.graphql(
    `mutation ($input: ${typeOf(name)}) { ${name}(input: $input) { ${selection} } }`,
    { input },
    { ...headers, 'idempotency-key': key },
  );

const ok = async (name: string, call: Call) => {
  const result = await send(name, call, randomUUID());
  if (result.errors.length > 0) throw new Error(JSON.stringify(result.errors));
  return result;
};

const newEmail = () => `${randomUUID()}@example.org`;
const person = (more: object) => ({ email: newEmail(), password, firstName: 'Grace', lastName: 'Hopper', ...more });

async function account() {
  const input = person({ organization: { name: 'Navy' } });
  await ok('signUp', { input, selection: 'verificationRequired' });
  const made = await ok('verifyEmail', {
    input: { token: mailer.tokenFor(input.email), password, delivery: 'BODY' },
    selection: `tokens { accessToken refreshToken }`,
  });
  const { accessToken, refreshToken } = made.data.verifyEmail.tokens;
  return { email: input.email, refreshToken, headers: { authorization: `Bearer ${accessToken}` } };
}

interface Place {
  company: Company;
  owner: Member;
}

const place = async (): Promise<Place> => {
  const company = await server.company();
  return { company, owner: await company.as('OWNER') };
};

/** By the owner of an organization of its own. */
const byOwner = (make: (place: Place) => Promise<Omit<Call, 'headers'>>) => async (): Promise<Call> => {
  const there = await place();
  return { ...(await make(there)), headers: there.owner.headers };
};

async function membershipOf({ owner }: Place, { user }: Member): Promise<string> {
  const { members } = await owner.ok('{ members(first: 100) { nodes { id user { email } } } }');
  return members.nodes.find((each: { user: { email: string } }) => each.user.email === user.email).id;
}

async function apiKeyOf({ owner }: Place): Promise<string> {
  const make = 'mutation { createApiKey(input: { name: "k", scopes: [PEOPLE_READ] }) { apiKey { id } } }';
  return (await owner.ok(make)).createApiKey.apiKey.id;
}

const documents = {
  input: { client: 'site', version: '1', documents: [{ id: 'role', text: 'query Role { viewer { role } }' }] },
  selection: 'added clientVersion { id state }',
};
const joinCode = 'mutation { createJoinCode(input: {}) { joinCode { id code } } }';
const organization = 'organization { id name }';
const module = async () => ({ input: { module: 'imports' }, selection: organization });

/** How to send each mutation of the catalog so that it succeeds once. */
const calls: Record<string, () => Promise<Call>> = {
  signUp: async () => ({ input: person({ organization: { name: 'Fleet' } }), selection: 'verificationRequired' }),
  verifyEmail: async () => {
    const input = person({ organization: { name: 'Fleet' } });
    await ok('signUp', { input, selection: 'verificationRequired' });
    return { input: { token: mailer.tokenFor(input.email), password, delivery: 'BODY' }, selection: tokens };
  },
  signIn: async () => {
    const { email } = await account();
    return { input: { email, password, delivery: 'BODY' }, selection: `${tokens} organizations { role }` };
  },
  refreshSession: async () => ({ input: { refreshToken: (await account()).refreshToken }, selection: tokens }),
  signOut: async () => ({ input: { refreshToken: (await account()).refreshToken }, selection: 'done' }),
  revokeSession: async () => {
    const { email, headers } = await account();
    await ok('signIn', { input: { email, password }, selection: tokens });
    const { data } = await server.graphql('{ viewer { sessions { id isCurrent } } }', {}, headers);
    const sessionId = data.viewer.sessions.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent).id;
    return { input: { sessionId }, selection: 'sessionId', headers };
  },
  changePassword: async () => {
    const { headers } = await account();
    return { input: { currentPassword: password, newPassword: `${password} 2` }, selection: 'done', headers };
  },
  requestPasswordReset: async () => ({ input: { email: (await account()).email }, selection: 'done' }),
  resetPassword: async () => {
    const { email } = await account();
    await ok('requestPasswordReset', { input: { email }, selection: 'done' });
    return { input: { token: mailer.tokenFor(email), newPassword: `${password} 2` }, selection: 'done' };
  },
  createOrganization: async () => {
    const { headers } = await account();
    return {
      input: { organization: { name: 'Second' } },
      selection: 'membership { role organization { id } }',
      headers,
    };
  },
  joinOrganization: async () => {
    const { owner } = await place();
    const { code } = (await owner.ok(joinCode)).createJoinCode.joinCode;
    return {
      input: { code },
      selection: 'membership { role organization { id } }',
      headers: (await account()).headers,
    };
  },
  acceptInvitation: async () => {
    const [{ owner }, { email, headers }] = [await place(), await account()];
    await ok('inviteMember', {
      input: { email, role: 'MEMBER' },
      selection: 'invitation { id }',
      headers: owner.headers,
    });
    return { input: { token: mailer.tokenFor(email) }, selection: 'membership { role organization { id } }', headers };
  },
  createApiKey: byOwner(async () => ({ input: { name: 'sync', scopes: ['PEOPLE_READ'] }, selection: 'key' })),
  revokeApiKey: byOwner(async (there) => ({ input: { apiKeyId: await apiKeyOf(there) }, selection: 'apiKeyId' })),
  rotateApiKey: byOwner(async (there) => ({ input: { apiKeyId: await apiKeyOf(there) }, selection: 'key' })),
  setApiKeyLimit: byOwner(async (there) => ({
    input: { apiKeyId: await apiKeyOf(there), limit: { points: 10, restoreRate: 1 } },
    selection: 'apiKey { limit { points } }',
  })),
  registerDocuments: byOwner(async () => documents),
  retireClientVersion: byOwner(async ({ owner: { headers } }) => {
    const { data } = await ok('registerDocuments', { ...documents, headers });
    const { id: clientVersionId } = data.registerDocuments.clientVersion;
    return { input: { clientVersionId }, selection: 'clientVersion { id state }' };
  }),
  createJoinCode: byOwner(async () => ({ input: {}, selection: 'joinCode { id code }' })),
  revokeJoinCode: byOwner(async ({ owner }) => {
    const { id } = (await owner.ok(joinCode)).createJoinCode.joinCode;
    return { input: { joinCodeId: id }, selection: 'joinCodeId' };
  }),
  inviteMember: byOwner(async () => ({
    input: { email: newEmail(), role: 'MEMBER' },
    selection: 'invitation { id email }',
  })),
  revokeInvitation: byOwner(async ({ owner }) => {
    const invite =
      'mutation ($email: String!) { inviteMember(input: { email: $email, role: MEMBER }) { invitation { id } } }';
    const { id } = (await owner.ok(invite, { email: newEmail() })).inviteMember.invitation;
    return { input: { invitationId: id }, selection: 'invitationId' };
  }),
  changeMemberRole: byOwner(async (there) => ({
    input: { memberId: await membershipOf(there, await there.company.as('MEMBER')), role: 'MANAGER' },
    selection: 'member { id role }',
  })),
  removeMember: byOwner(async (there) => ({
    input: { memberId: await membershipOf(there, await there.company.as('MEMBER')) },
    selection: 'memberId',
  })),
  leaveOrganization: async () => {
    const { company } = await place();
    const { headers } = await company.as('MEMBER');
    return { input: { organizationId: `Organization:${company.tenant.id}` }, selection: 'organizationId', headers };
  },
  setPermission: byOwner(async () => ({
    input: { role: 'MEMBER', permission: 'PEOPLE_READ', granted: false },
    selection: 'role permission',
  })),
  updateOrganization: byOwner(async () => ({ input: { name: 'Renamed' }, selection: organization })),
  archiveOrganization: byOwner(async ({ company }) => ({
    input: { slug: company.tenant.slug },
    selection: organization,
  })),
  deleteOrganization: byOwner(async ({ company }) => ({
    input: { slug: company.tenant.slug },
    selection: `${organization} deleteAfter`,
  })),
  enableModule: byOwner(module),
  disableModule: byOwner(module),
  moveOrganizationDatabase: byOwner(async () => ({ input: { databaseUrl: null }, selection: 'database { name }' })),
  endOrganizationMove: byOwner(async () => ({ input: { how: 'CONFIRM' }, selection: 'database { name }' })),
};

/** What they end is what authenticates their caller: a retry is refused before it is read, and changes nothing. */
const endTheirAccess: Record<string, string> = {
  leaveOrganization: 'FORBIDDEN',
  archiveOrganization: 'TENANT_INACTIVE',
  deleteOrganization: 'TENANT_NOT_FOUND',
};
/** No organization of this test can do them: they fail, and free their key. */
const fail: Record<string, string> = {
  enableModule: 'BAD_INPUT',
  disableModule: 'BAD_INPUT',
  endOrganizationMove: 'INVALID_STATE',
};

const names = Object.values(schema.getMutationType()!.getFields())
  .filter(({ extensions }) => extensions.catalog)
  .map(({ name }) => name);
const writes = (texts: readonly string[]) => texts.filter((text) => /^(insert|update|delete)/i.test(text));
const changesSince = (from: number) =>
  writes(server.recorded.slice(from)).filter((text) => !text.includes('"catalog_answers"'));

describe('an Idempotency-Key of a mutation of the catalog', () => {
  it('is covered here for every one of them', () => {
    expect(Object.keys(calls).sort()).toEqual([...names].sort());
  });

  it.each(names.filter((name) => !fail[name] && !endTheirAccess[name]))(
    '%s: returns its answer again',
    async (name) => {
      const call = await calls[name]!();
      const key = randomUUID();
      const first = await send(name, call, key);
      expect(first.errors).toEqual([]);
      expect(first.headers.get('idempotency-replayed')).toBeNull();
      const from = server.recorded.length;
      const again = await send(name, call, key);
      expect(again.errors).toEqual([]);
      expect(JSON.stringify(again.data)).toBe(JSON.stringify(first.data));
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(changesSince(from)).toEqual([]);
    },
  );

  it.each(Object.entries(endTheirAccess))('%s: rejects a retry as %s', async (name, code) => {
    const call = await calls[name]!();
    const key = randomUUID();
    expect(codesOf(await send(name, call, key))).toEqual([]);
    expect(codesOf(await send(name, call, key))).toEqual([code]);
  });

  it.each(Object.entries(fail))('%s: can be reused after %s', async (name, code) => {
    const call = await calls[name]!();
    const key = randomUUID();
    for (let attempt = 0; attempt < 2; attempt++) {
      const failed = await send(name, call, key);
      expect(codesOf(failed)).toEqual([code]);
      expect(failed.headers.get('idempotency-replayed')).toBeNull();
    }
  });
});

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
