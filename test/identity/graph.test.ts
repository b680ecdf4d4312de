import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TestMailer } from '../support/test-mailer.ts';
import type { GraphResult } from '../support/world.ts';
import { world } from '../support/world.ts';

const mailer = new TestMailer();
const server = await world({ mailer, env: { SIGN_UPS_PER_ADDRESS: '1000', ORGANIZATIONS_PER_ADDRESS: '1000' } });
const password = 'a long enough password';
const tokens = `tokens { accessToken refreshToken organizationId user { id email } }`;
const bearer = (accessToken: string) => ({ authorization: `Bearer ${accessToken}` });
const codesOf = ({ errors }: GraphResult<unknown>) => errors.map(({ extensions }) => extensions.code);
// What a browser page of ours says, so that a request with the cookie is not taken for another site's.
const page = { 'x-chantier-csrf': '1' };

const call = (name: string, input: object, selection: string, headers: Record<string, string> = {}) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  return server.graphql(`mutation ($input: ${type}) { ${name}(input: $input) { ${selection} } }`, { input }, headers);
};

/** The field's payload, where anything but success is a failure of the test. */
const payload = async (name: string, ...args: [input: object, selection: string, headers?: Record<string, string>]) => {
  const result = await call(name, ...args);
  if (result.errors.length > 0) throw new Error(JSON.stringify(result.errors));
  return result.data[name];
};

async function newAccount() {
  const email = `${randomUUID()}@example.org`;
  const person = { email, password, firstName: 'Grace', lastName: 'Hopper', organization: { name: 'Navy' } };
  const asked = await payload('signUp', person, 'verificationRequired tokens { accessToken }');
  expect(asked).toEqual({ verificationRequired: true, tokens: null });
  const token = mailer.tokenFor(email);
  return { email, ...(await payload('verifyEmail', { token, password, delivery: 'BODY' }, tokens)).tokens };
}

const cookieOf = ({ headers }: GraphResult<unknown>) => headers.get('set-cookie')?.split(';')[0] ?? '';

describe('an account in the graph', () => {
  it('signs up, queries the viewer, and signs out', async () => {
    const { email, accessToken, refreshToken, organizationId } = await newAccount();
    const asked =
      '{ viewer { user { email } role permissions organization { id name } organizations { role } sessions { isCurrent } } }';
    const { data } = await server.graphql(asked, {}, bearer(accessToken));
    expect(data.viewer).toMatchObject({
      user: { email },
      role: 'OWNER',
      organization: { id: organizationId, name: 'Navy' },
      organizations: [{ role: 'OWNER' }],
      sessions: [{ isCurrent: true }],
    });
    expect(data.viewer.permissions).toContain('MEMBER_MANAGE');
    await call('signOut', {}, 'done', bearer(accessToken));
    expect(codesOf(await server.graphql(asked, {}, bearer(accessToken)))).toEqual(['SESSION_REVOKED']);
    expect(codesOf(await call('refreshSession', { refreshToken }, tokens))).toEqual(['SESSION_REVOKED']);
  });

  it('is anonymous without credentials', async () => {
    expect((await server.graphql('{ viewer { role } }')).data).toEqual({ viewer: null });
    expect(codesOf(await call('changePassword', { currentPassword: 'x', newPassword: password }, 'done'))).toEqual([
      'UNAUTHENTICATED',
    ]);
  });

  it('keeps a browser’s refresh token in a cookie that scripts cannot read', async () => {
    const { email } = await newAccount();
    const signedIn = await call('signIn', { email, password }, tokens);
    expect(signedIn.data.signIn.tokens.refreshToken).toBeNull();
    expect(signedIn.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=\d+/);
    const refreshed = await call('refreshSession', {}, tokens, { ...page, cookie: cookieOf(signedIn) });
    expect(refreshed.data.refreshSession.tokens).toMatchObject({ refreshToken: null, user: { email } });
    expect(cookieOf(refreshed)).not.toBe(cookieOf(signedIn));
    const out = await call('signOut', {}, 'done', { ...page, cookie: cookieOf(refreshed) });
    expect(out.headers.get('set-cookie')).toMatch(/Max-Age=0/);
    const after = await call('refreshSession', {}, tokens, { ...page, cookie: cookieOf(refreshed) });
    expect(codesOf(after)).toEqual(['SESSION_REVOKED']);
  });

  it('that belongs to several organizations gets their list and has to choose one', async () => {
    const { email, accessToken } = await newAccount();
    await payload(
      'createOrganization',
      { organization: { name: 'Second' } },
      'membership { role }',
      bearer(accessToken),
    );
    const { tokens: signed, organizations } = await payload(
      'signIn',
      { email, password, delivery: 'BODY' },
      `${tokens} organizations { role organization { id name } }`,
    );
    expect(signed.organizationId).toBeNull();
    expect(organizations.map(({ organization }: { organization: { name: string } }) => organization.name)).toEqual([
      'Navy',
      'Second',
    ]);
    const task = `Task:${randomUUID()}`;
    const nodes = [`{ node(id: "${task}") { id } }`, `{ nodes(ids: ["${task}"]) { id } }`];
    for (const query of ['{ projects { totalCount } }', '{ members { totalCount } }', '{ apiKeys { id } }', ...nodes]) {
      expect(codesOf(await server.graphql(query, {}, bearer(signed.accessToken)))).toEqual(['ORGANIZATION_REQUIRED']);
    }
    expect(codesOf(await call('createJoinCode', {}, 'joinCode { id }', bearer(signed.accessToken)))).toEqual([
      'ORGANIZATION_REQUIRED',
    ]);
    const chosen = { refreshToken: signed.refreshToken, organizationId: organizations[1].organization.id };
    const next = await payload('refreshSession', chosen, tokens);
    expect(codesOf(await server.graphql('{ projects { totalCount } }', {}, bearer(next.tokens.accessToken)))).toEqual(
      [],
    );
  });

  it('can end other sessions only with a live refresh token', async () => {
    const { email, refreshToken } = await newAccount();
    await call('signOut', { refreshToken }, 'done');
    const second = (await payload('signIn', { email, password, delivery: 'BODY' }, tokens)).tokens;
    const everywhere = (token: string) => call('signOut', { refreshToken: token, everywhere: true }, 'done');
    expect(codesOf(await everywhere(refreshToken))).toEqual(['SESSION_REVOKED']);
    const replaced = second.refreshToken;
    const third = (await payload('refreshSession', { refreshToken: replaced }, tokens)).tokens;
    expect(codesOf(await everywhere(replaced))).toEqual(['SESSION_REVOKED']);
    expect(codesOf(await server.graphql('{ viewer { role } }', {}, bearer(third.accessToken)))).toEqual([]);
    expect(codesOf(await everywhere(third.refreshToken))).toEqual([]);
    expect(codesOf(await server.graphql('{ viewer { role } }', {}, bearer(third.accessToken)))).toEqual([
      'SESSION_REVOKED',
    ]);
  });

  it('gets the same answer for an unknown address and a wrong password', async () => {
    const { email } = await newAccount();
    const tries = [email, `${randomUUID()}@example.org`].map((address) =>
      call('signIn', { email: address, password: 'wrong wrong wrong' }, tokens),
    );
    const [known, unknown] = await Promise.all(tries);
    expect(codesOf(known!)).toEqual(['INVALID_CREDENTIALS']);
    expect(unknown!.errors).toEqual(known!.errors);
  });
});

describe('members in the graph', () => {
  it('join by code, are listed in pages, promoted and removed', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const { joinCode } = await payload(
      'createJoinCode',
      { role: 'MANAGER', maxUses: 1 },
      'joinCode { code role uses }',
      owner.headers,
    );
    const { code } = joinCode;
    const { accessToken } = await newAccount();
    const joined = await call(
      'joinOrganization',
      { code },
      'membership { role organization { name } }',
      bearer(accessToken),
    );
    expect(joined.data.joinOrganization.membership).toEqual({ role: 'MANAGER', organization: { name: 'Acme' } });
    const list =
      'query ($after: String) { members(first: 1, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id role } } }';
    const { members: first } = await owner.ok(list);
    expect(first).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true }, nodes: [{ role: 'OWNER' }] });
    const { members: second } = await owner.ok(list, { after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ pageInfo: { hasNextPage: false }, nodes: [{ role: 'MANAGER' }] });
    const memberId = second.nodes[0].id;
    const changed = await call('changeMemberRole', { memberId, role: 'CLIENT' }, 'member { role }', owner.headers);
    expect(changed.data.changeMemberRole.member).toEqual({ role: 'CLIENT' });
    await call('removeMember', { memberId }, 'memberId', owner.headers);
    expect(codesOf(await call('removeMember', { memberId }, 'memberId', owner.headers))).toEqual(['NOT_FOUND']);
  });

  it('of another organization are answered exactly like unknown ones', async () => {
    const [one, other] = [await server.company(), await server.company('Globex')];
    const owner = await one.as('OWNER');
    const { members } = await (await other.as('OWNER')).ok('{ members { nodes { id } } }');
    const ids = [members.nodes[0].id, `Member:${randomUUID()}`, owner.session.account.userId];
    const [foreign, unknown] = await Promise.all(
      ids.map((memberId) => call('removeMember', { memberId }, 'memberId', owner.headers)),
    );
    expect(codesOf(foreign!)).toEqual(['NOT_FOUND']);
    expect(foreign!.errors).toEqual(unknown!.errors);
  });

  it('cannot be managed without the permission', async () => {
    const company = await server.company();
    const member = await company.as('MEMBER');
    const invite = { email: 'x@example.org', role: 'MEMBER' };
    expect(codesOf(await call('inviteMember', invite, 'invitation { id }', member.headers))).toEqual(['FORBIDDEN']);
    expect(codesOf(await member.graphql('{ joinCodes { id } }'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await (await company.as('CLIENT')).graphql('{ members { totalCount } }'))).toEqual(['FORBIDDEN']);
  });
});

describe('an API key in the graph', () => {
  it('is shown once, works within its scopes, and cannot manage its creator’s account', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const input = { name: 'sync', scopes: ['PEOPLE_READ'] };
    const { key, apiKey } = await payload('createApiKey', input, 'key apiKey { id prefix scopes }', owner.headers);
    const { data } = await server.graphql('{ viewer { permissions } }', {}, bearer(key));
    expect(data.viewer.permissions).toEqual(['PEOPLE_READ']);
    const change = { currentPassword: password, newPassword: password };
    expect(codesOf(await call('changePassword', change, 'done', bearer(key)))).toEqual(['FORBIDDEN']);
    await call('revokeApiKey', { apiKeyId: apiKey.id }, 'apiKeyId', owner.headers);
    expect(codesOf(await server.graphql('{ viewer { role } }', {}, bearer(key)))).toEqual(['UNAUTHENTICATED']);
  });

  it('cannot send ad hoc documents if it is for trusted documents only', async () => {
    const owner = await (await server.company()).as('OWNER');
    const input = { name: 'sync', scopes: ['PEOPLE_READ'], persistedOnly: true };
    const { key } = await payload('createApiKey', input, 'key', owner.headers);
    const answer = await server.graphql('{ viewer { role } }', {}, bearer(key));
    expect(codesOf(answer)).toEqual(['PERSISTED_DOCUMENTS_ONLY']);
  });
});
