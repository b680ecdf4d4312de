import { beforeEach, describe, expect, it } from 'vitest';
import { addMember } from '../../src/identity/add-member.ts';
import { refreshSession } from '../../src/identity/refresh-session.ts';
import { leaveOrganization } from '../../src/identity/remove-member.ts';
import type { SignedIn } from '../../src/identity/sessions.ts';
import { signOut } from '../../src/identity/sign-out.ts';
import { auditLogs } from '../../src/tenancy/tables.ts';
import { outcomes, processes, type Signed, tally } from './support.ts';

const [here, there] = await processes(2);
const acme = await here.company('Acme');
const refresh = (refreshToken: string, organizationId?: string, process = here): Promise<SignedIn> =>
  refreshSession(process.identity, { refreshToken, organizationId }, { ipAddress: '192.0.2.7' });

let ada: Signed;
beforeEach(async () => {
  ada = await here.member(acme, 'MEMBER');
});

describe('refreshing a session', () => {
  it('trades a token for new ones, which work', async () => {
    const next = await refresh(ada.session.refreshToken);
    expect(next.refreshToken).not.toBe(ada.session.refreshToken);
    expect(next.organizationId).toBe(acme.id);
    expect(await here.viewer(`Bearer ${next.accessToken}`)).toMatchObject({ role: 'MEMBER', organizationId: acme.id });
    await expect(refresh(next.refreshToken)).resolves.toBeDefined();
  });

  it('lets one of 30 concurrent refreshes win, in two processes, and keeps the session', async () => {
    const token = ada.session.refreshToken;
    const tries = Array.from({ length: 30 }, (_, n) => refresh(token, undefined, n % 2 ? here : there));
    const results = await Promise.allSettled(tries);
    expect(tally(await outcomes(tries))).toEqual({ ok: 1, REFRESH_RACED: 29 });
    const winner = results.find((result) => result.status === 'fulfilled')!;
    const next = await refresh(winner.value.refreshToken);
    expect(await here.viewer(`Bearer ${next.accessToken}`)).toMatchObject({ userId: ada.person.userId });
  });

  it('treats an old token as a race within 10 seconds of its replacement', async () => {
    const first = ada.session.refreshToken;
    const second = await refresh(first);
    here.clock.advance(4_000);
    const third = await refresh(second.refreshToken);
    here.clock.advance(6_000);
    expect(await outcomes([refresh(first)])).toEqual(['REFRESH_RACED']);
    await expect(refresh(third.refreshToken)).resolves.toBeDefined();
  });

  it('ends the session if a token is reused later, and records it in the audit log', async () => {
    const second = await refresh(ada.session.refreshToken);
    here.clock.advance(10_001);
    expect(await outcomes([refresh(ada.session.refreshToken)])).toEqual(['SESSION_REVOKED']);
    expect(await outcomes([refresh(second.refreshToken)])).toEqual(['SESSION_REVOKED']);
    expect(await outcomes([here.viewer(`Bearer ${second.accessToken}`)])).toEqual(['SESSION_REVOKED']);
    const rows = await here.app.catalog.read((db) => db.select().from(auditLogs));
    expect(
      rows.filter((row) => row.action === 'session.reuse-detected' && row.resourceId === ada.person.userId),
    ).toEqual([expect.objectContaining({ outcome: 'FAILURE', ipAddress: '192.0.2.7' })]);
  });

  it('recognizes a stolen token after any number of refreshes', async () => {
    let token = ada.session.refreshToken;
    for (let n = 0; n < 20; n++) {
      here.clock.advance(600_000);
      token = (await refresh(token)).refreshToken;
    }
    expect(await outcomes([refresh(ada.session.refreshToken)])).toEqual(['SESSION_REVOKED']);
    expect(await outcomes([refresh(token)])).toEqual(['SESSION_REVOKED']);
  });

  it('issues a token for another organization of the same user, and for no other', async () => {
    const [globex, initech] = [await here.company('Globex'), await here.company('Initech')];
    await addMember(here.identity, { person: ada.person, tenant: globex, role: 'ADMIN' }, {});
    expect(await outcomes([refresh(ada.session.refreshToken, initech.id)])).toEqual(['FORBIDDEN']);
    const next = await refresh(ada.session.refreshToken, globex.id);
    expect(await here.viewer(`Bearer ${next.accessToken}`)).toMatchObject({ role: 'ADMIN', organizationId: globex.id });
    expect((await refresh(next.refreshToken)).organizationId).toBe(globex.id);
  });

  it('continues without an organization once the membership has ended', async () => {
    await leaveOrganization(here.identity, await here.viewer(ada.authorization), {});
    const next = await refresh(ada.session.refreshToken);
    expect(next.organizationId).toBeUndefined();
    const who = await here.app.authenticator.authenticate({ authorization: `Bearer ${next.accessToken}` });
    expect(who).toEqual(next.account);
  });

  it('rejects tokens that it did not issue', async () => {
    const token = ada.session.refreshToken;
    const changed = token.slice(0, -3) + (token.endsWith('AAA') ? 'BBB' : 'AAA');
    expect(await outcomes([refresh('nonsense'), refresh(changed), refresh(`${token}x`)])).toEqual(
      Array(3).fill('UNAUTHENTICATED'),
    );
    await expect(refresh(token)).resolves.toBeDefined();
  });

  it('ends after 30 days without a refresh, and after 180 days in any case', async () => {
    const day = 24 * 3_600_000;
    const idle = ada.session.refreshToken;
    let { session } = await here.signIn(ada.person.email, acme.id);
    for (let n = 0; n < 7; n++) {
      here.clock.advance(25 * day);
      session = await refresh(session.refreshToken);
    }
    expect(await outcomes([refresh(idle)])).toEqual(['UNAUTHENTICATED']);
    here.clock.advance(5 * day);
    expect(await outcomes([refresh(session.refreshToken)])).toEqual(['UNAUTHENTICATED']);
  });
});

describe('signing out', () => {
  it('ends this session, also with only the refresh token, or all sessions', async () => {
    const [second, third] = [await here.signIn(ada.person.email), await here.signIn(ada.person.email)];
    await signOut(here.identity, { account: ada.session.account }, {});
    await signOut(here.identity, { refreshToken: second.session.refreshToken }, {});
    expect(await outcomes([refresh(ada.session.refreshToken), refresh(second.session.refreshToken)])).toEqual([
      'SESSION_REVOKED',
      'SESSION_REVOKED',
    ]);
    await expect(here.viewer(third.authorization)).resolves.toBeDefined();
    await signOut(here.identity, { account: ada.session.account, everywhere: true }, {});
    expect(await outcomes([here.viewer(third.authorization)])).toEqual(['SESSION_REVOKED']);
  });

  it('does nothing for an invalid token', async () => {
    await signOut(here.identity, { refreshToken: 'nonsense' }, {});
    await expect(here.viewer(ada.authorization)).resolves.toBeDefined();
  });
});
