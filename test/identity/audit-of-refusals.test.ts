import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RefusalLog, refusalRows } from '../../src/identity/refusal-log.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { world } from '../support/world.ts';

const server = await world();
const codes = ({ errors }: { errors: { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code);
/** The rows of an action about an organization, or with a request id. */
const rows = (where: { action: string; organizationId?: string }) =>
  server.app.catalog.read((db) => db.query.auditLogs.findMany({ where }));

describe('the audit log', () => {
  it('names the key that changed something, whom it acts for, and the outcome', async () => {
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

  it('has a row for a token and for a key that were refused', async () => {
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

  it('gets a bounded number of rows, and the next one says how many were left out', async () => {
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
