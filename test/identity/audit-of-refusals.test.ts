import { randomUUID } from 'node:crypto';
import { type GraphQLInputObjectType, getNamedType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { RefusalLog, refusalRows } from '../../src/identity/refusal-log.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { sampleInput } from '../../src/prove/sample-input.ts';
import { schema } from '../../src/schema.ts';
import { served } from '../support/served.ts';
import { type Company, type Member, world } from '../support/world.ts';

const server = await world();
const { origin } = await served(server);
const codes = ({ errors }: { errors: { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code);
/** The rows of an action about an organization, or with a request id. */
const rows = (where: { action: string; organizationId?: string }) =>
  server.app.catalog.read((db) => db.query.auditLogs.findMany({ where }));

describe('the audit log', () => {
  it('names the key that changed something, its user, and the outcome', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const made = await owner.ok(
      'mutation { createApiKey(input: { name: "k", scopes: [MEMBER_MANAGE] }) { key apiKey { id } } createJoinCode(input: {}) { joinCode { id } } }',
    );
    const { key, apiKey } = made.createApiKey;
    const headers = { authorization: `Bearer ${key}` };
    const input = { joinCodeId: made.createJoinCode.joinCode.id };
    const query = 'mutation ($input: RevokeJoinCodeInput!) { revokeJoinCode(input: $input) { joinCodeId } }';
    expect(codes(await server.graphql(query, { input }, headers))).toEqual([]);
    const invite = 'mutation { inviteMember(input: { email: "x@example.org", role: OWNER }) { invitation { id } } }';
    expect(codes(await server.graphql(invite, {}, headers))).toEqual(['FORBIDDEN']);
    const organizationId = company.tenant.id;
    const byKey = {
      actorKind: 'API_KEY',
      actorId: apiKey.id.slice('ApiKey:'.length),
      metadata: expect.objectContaining({ userId: owner.user.id }),
    };
    expect(await rows({ action: 'join-code.revoked', organizationId })).toMatchObject([
      { ...byKey, outcome: 'SUCCESS' },
    ]);
    expect(await rows({ action: 'administration.refused', organizationId })).toMatchObject([
      { ...byKey, outcome: 'FAILURE' },
    ]);
  });

  it('has a row for a rejected token and a rejected key', async () => {
    const prefix = randomUUID().replaceAll('-', '').slice(0, 12);
    const refused = async (token: string) =>
      codes(await server.graphql('{ viewer { role } }', {}, { authorization: `Bearer ${token}` }));
    expect(await refused(`chk_${prefix}_${'A'.repeat(43)}`)).toEqual(['UNAUTHENTICATED']);
    expect(await refused('a.b.c')).toEqual(['UNAUTHENTICATED']);
    await server.app.identity.refusals[Symbol.asyncDispose]();
    const ofKey = (await rows({ action: 'api-key.refused' })).filter(
      ({ metadata }) => (metadata as { prefix?: string }).prefix === prefix,
    );
    expect(ofKey).toMatchObject([{ outcome: 'FAILURE' }]);
    expect((await rows({ action: 'token.refused' })).length).toBeGreaterThan(0);
  });

  it('has one row for a request whose document is compiled', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const body = JSON.stringify({ query: '{ projects { totalCount } }' });
    const statusFor = async (credential: Record<string, string>) => {
      const headers = { 'content-type': 'application/json', ...credential };
      return (await fetch(`${origin}/graphql`, { method: 'POST', body, headers })).status;
    };
    for (let n = 0; n < 2; n++) expect(await statusFor(owner.headers)).toBe(200);
    const prefix = randomUUID().replaceAll('-', '').slice(0, 12);
    expect(await statusFor({ authorization: `Bearer chk_${prefix}_${'A'.repeat(43)}` })).toBe(401);
    await server.app.identity.refusals[Symbol.asyncDispose]();
    const prefixes = (await rows({ action: 'api-key.refused' })).map(
      ({ metadata }) => (metadata as { prefix?: string }).prefix,
    );
    expect(prefixes.filter((each) => each === prefix)).toHaveLength(1);
  });

  it('gets a bounded number of rows, and the next one says how many were omitted', async () => {
    let now = new Date();
    const log = new RefusalLog(server.app.catalog, () => now, silentLogger);
    const action = `test.refused-${randomUUID()}`;
    const refuse = (ipAddress: string) => log.record({ actor: { kind: 'SYSTEM' }, action, ipAddress });
    const { burst, intervalMs } = refusalRows.ofAddress;
    for (let n = 0; n < burst + 10; n++) await refuse('192.0.2.1');
    expect(await rows({ action })).toHaveLength(burst);
    now = new Date(now.getTime() + intervalMs);
    await refuse('192.0.2.1');
    const written = await rows({ action });
    expect(written).toHaveLength(burst + 1);
    expect(written.map(({ metadata }) => metadata)).toContainEqual({ leftOut: 10 });
  });
});

describe('has a row for a rejected credential, with the sender’s address', () => {
  let company: Company;
  let member: Member;
  beforeAll(async () => {
    company = await server.company();
    member = await company.as('MEMBER');
  });
  const send = async (path: string, userAgent: string, init: RequestInit = {}) =>
    await fetch(origin + path, {
      ...init,
      headers: { 'content-type': 'application/json', 'user-agent': userAgent, ...init.headers },
    });
  const ask = async (query: string, variables: object, userAgent: string, headers: Record<string, string> = {}) => {
    const body = JSON.stringify({ query, variables });
    return await (await send('/graphql', userAgent, { method: 'POST', body, headers })).json();
  };
  /** What was refused to a request of its own user agent; rows that are still being written are waited for. */
  const refusalsOf = async (userAgent: string) => {
    await server.app.identity.refusals[Symbol.asyncDispose]();
    return await server.app.catalog.read((db) => db.query.auditLogs.findMany({ where: { userAgent } }));
  };
  const failure = { outcome: 'FAILURE', ipAddress: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) };

  /** Inputs that prove something. A previous refresh token only tells that a device is known. */
  const proofs = new Set([
    ...['token', 'code', 'joinCode', 'invitationToken', 'refreshToken', 'password', 'currentPassword'],
  ]);
  const cases = Object.values(schema.getMutationType()!.getFields()).flatMap(({ name, args }) => {
    const type = getNamedType(args[0]!.type) as GraphQLInputObjectType;
    const fields = Object.keys(type.getFields()).filter((field) => proofs.has(field));
    // The password of a sign-up is a new one; the code of a project is none
    return fields
      .filter((field) => `${name}.${field}` !== 'signUp.password' && !name.endsWith('Project'))
      .map((field) => ({ name, field, type }));
  });

  it('knows every kind of rejection', () => {
    expect(cases.map(({ name, field }) => `${name}.${field}`).sort()).toEqual([
      'acceptInvitation.token',
      'changePassword.currentPassword',
      'joinOrganization.code',
      'refreshSession.refreshToken',
      'resetPassword.token',
      'signIn.password',
      'signOut.refreshToken',
      'signUp.invitationToken',
      'signUp.joinCode',
      'verifyEmail.password',
      'verifyEmail.token',
    ]);
  });

  it.each(cases.map((each) => [`${each.name}.${each.field}`, each] as const))(
    '%s',
    async (_title, { name, field, type }) => {
      const userAgent = randomUUID();
      const sample = sampleInput(type, {
        idOf: (typename) => typename,
        text: 'sample text',
        email: 'someone@example.test',
      });
      const more = name === 'signOut' ? { everywhere: true } : {};
      const input = { ...sample, ...more, [field]: 'a wrong credential' };
      const isOfMember = schema.getMutationType()!.getFields()[name]!.extensions.catalog === 'signedIn';
      const query = `mutation ($input: ${type.name}!) { ${name}(input: $input) { __typename } }`;
      const answer = await ask(query, { input }, userAgent, isOfMember ? member.headers : {});
      expect(answer.errors).toMatchObject([
        {
          extensions: {
            code: expect.stringMatching(/^(INVALID_CREDENTIALS|NOT_FOUND|UNAUTHENTICATED|SESSION_REVOKED)$/),
          },
        },
      ]);
      const actor = isOfMember ? { actorKind: 'USER', actorId: member.user.id } : { actorKind: 'SYSTEM' };
      expect(await refusalsOf(userAgent)).toMatchObject([{ ...failure, ...actor }]);
    },
  );

  it('a refresh token whose session was ended, with the session', async () => {
    const userAgent = randomUUID();
    const { session } = await company.member('MEMBER');
    const input = { refreshToken: session.refreshToken };
    const signOut = 'mutation ($input: SignOutInput!) { signOut(input: $input) { done } }';
    expect((await ask(signOut, { input }, randomUUID())).errors).toBeUndefined();
    const refresh =
      'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { tokens { accessToken } } }';
    const { errors } = await ask(refresh, { input }, userAgent);
    expect(errors[0].extensions.code).toBe('SESSION_REVOKED');
    expect(await refusalsOf(userAgent)).toMatchObject([
      {
        ...failure,
        action: 'session.refresh-refused',
        metadata: { code: 'SESSION_REVOKED', sessionId: expect.any(String) },
      },
    ]);
  });

  it('the token of an invitation that is only viewed, on its page and in the graph', async () => {
    const query = 'query ($token: String!) { invitationByToken(token: $token) { email } }';
    const [inGraph, onPage] = [randomUUID(), randomUUID()];
    expect((await ask(query, { token: 'made up' }, inGraph)).data).toEqual({ invitationByToken: null });
    expect((await send('/accept-invitation?token=made-up', onPage)).status).toBe(404);
    for (const userAgent of [inGraph, onPage]) {
      expect(await refusalsOf(userAgent)).toMatchObject([{ ...failure, action: 'invitation.refused' }]);
    }
  });

  it('a forged session cookie, but not one that has just ended', async () => {
    const { session } = await company.member('MEMBER');
    const { sid } = JSON.parse(Buffer.from(session.accessToken.split('.')[1]!, 'base64url').toString());
    const cookie = await server.app.sessionCookies.issue(sid);
    const forged = `${cookie.slice(0, -3)}${cookie.endsWith('AAA') ? 'BBB' : 'AAA'}`;
    const visit = async (value: string) => {
      const userAgent = randomUUID();
      await send('/', userAgent, { headers: { cookie: `chantier_session=${value}` } });
      return await refusalsOf(userAgent);
    };
    expect(await visit(cookie)).toEqual([]);
    expect(await visit(forged)).toMatchObject([{ ...failure, action: 'session-cookie.refused' }]);
    expect(await visit('nonsense')).toMatchObject([{ ...failure, action: 'session-cookie.refused' }]);
    await ask('mutation { signOut(input: {}) { done } }', {}, randomUUID(), {
      authorization: `Bearer ${session.accessToken}`,
    });
    expect(await visit(cookie)).toEqual([]);
  });
});
