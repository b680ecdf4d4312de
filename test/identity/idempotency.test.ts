import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { TestMailer } from '../support/test-mailer.ts';
import { type Member, world } from '../support/world.ts';
import {
  type Call,
  catalogRequests,
  codesOf,
  newEmail,
  type Place,
  password,
  person,
  tokens,
} from './catalog-requests.ts';

const mailer = new TestMailer();
const server = await world({
  mailer,
  env: { SIGN_UPS_PER_ADDRESS: '1000', ORGANIZATIONS_PER_ADDRESS: '1000' },
});
const { send, ok, account, place } = catalogRequests(server, mailer);

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
