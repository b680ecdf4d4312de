import { describe, expect, it } from 'vitest';
import { changePassword } from '../../src/identity/change-password.ts';
import { createApiKey } from '../../src/identity/create-api-key.ts';
import { setUserDisabled } from '../../src/identity/disable-user.ts';
import { requestPasswordReset } from '../../src/identity/request-password-reset.ts';
import { resetPassword } from '../../src/identity/reset-password.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import { outcomes, password, processes, tally } from './support.ts';

const [here, there] = await processes(2);
const { identity } = here;
const acme = await here.company('Acme');
const next = 'another long password';
const enter = (email: string, secret: string) => signIn(identity, { email, password: secret }, {});
const linkFor = async (email: string): Promise<string> => {
  await requestPasswordReset(identity, { email }, {});
  return here.mailer.tokenFor(email);
};

describe('changing a password', () => {
  it('needs the current one, and ends the other sessions', async () => {
    const ada = await here.member(acme, 'MEMBER');
    const other = await here.signIn(ada.person.email);
    const change = (currentPassword: string, newPassword = next) =>
      changePassword(identity, ada.session.account, { currentPassword, newPassword }, {});
    expect(await outcomes([change('a wrong password'), change(password, 'short')])).toEqual([
      'INVALID_CREDENTIALS',
      'BAD_INPUT',
    ]);
    await change(password);
    expect(await outcomes([here.viewer(ada.authorization), here.viewer(other.authorization)])).toEqual([
      'ok',
      'SESSION_REVOKED',
    ]);
    expect(await outcomes([enter(ada.person.email, password), enter(ada.person.email, next)])).toEqual([
      'INVALID_CREDENTIALS',
      'ok',
    ]);
  });

  it('is delayed like a sign-in, for the person who tries and nobody else', async () => {
    const ada = await here.member(acme, 'MEMBER');
    const change = (ipAddress: string, currentPassword = 'a wrong password') =>
      changePassword(identity, ada.session.account, { currentPassword, newPassword: next }, { ipAddress });
    expect(tally(await outcomes(Array.from({ length: 12 }, () => change('198.51.100.1'))))).toEqual({
      INVALID_CREDENTIALS: 3,
      RATE_LIMITED: 9,
    });
    expect(await outcomes([change('198.51.100.1', password), change('198.51.100.2', password)])).toEqual([
      'RATE_LIMITED',
      'ok',
    ]);
  });

  it('lists the person’s remaining API keys, also by mail, or ends them', async () => {
    const ada = await here.member(acme, 'ADMIN');
    const { key } = await createApiKey(
      identity,
      await here.viewer(ada.authorization),
      { name: 'nightly sync', scopes: ['task:read'] },
      {},
    );
    const changed = { currentPassword: password, newPassword: next };
    const kept = await changePassword(identity, ada.session.account, changed, {});
    expect(kept).toMatchObject([{ name: 'nightly sync', organizationName: 'Acme' }]);
    const mail = here.mailer.sent.findLast(({ to }) => to === ada.person.email);
    expect(mail).toMatchObject({ kind: 'PASSWORD_CHANGED', text: expect.stringContaining('nightly sync') });
    expect(await outcomes([here.viewer(`Bearer ${key}`)])).toEqual(['ok']);
    const token = await linkFor(ada.person.email);
    expect(await resetPassword(identity, { token, newPassword: password, revokeApiKeys: true }, {})).toEqual([]);
    expect(await outcomes([here.viewer(`Bearer ${key}`)])).toEqual(['UNAUTHENTICATED']);
  });
});

describe('resetting a password', () => {
  it('works once, by the link that was mailed, and ends all sessions', async () => {
    const ada = await here.member(acme, 'MEMBER');
    const [older, token] = [await linkFor(ada.person.email), await linkFor(ada.person.email)];
    const reset = (link: string, process = here) =>
      resetPassword(process.identity, { token: link, newPassword: next }, {});
    const tries = Array.from({ length: 6 }, (_, n) => reset(token, n % 2 ? here : there));
    expect(tally(await outcomes(tries))).toEqual({ ok: 1, INVALID_CREDENTIALS: 5 });
    expect(await outcomes([reset(token), reset(older), here.viewer(ada.authorization)])).toEqual([
      'INVALID_CREDENTIALS',
      'INVALID_CREDENTIALS',
      'SESSION_REVOKED',
    ]);
    expect(await outcomes([enter(ada.person.email, next)])).toEqual(['ok']);
  });

  it('expires after an hour', async () => {
    const ada = await here.user();
    const token = await linkFor(ada.email);
    here.clock.advance(3_600_000);
    expect(await outcomes([resetPassword(identity, { token, newPassword: next }, {})])).toEqual([
      'INVALID_CREDENTIALS',
    ]);
  });

  it('says and does the same for an unknown address, and for a disabled user', async () => {
    const [ada, bob] = [await here.user(), await here.user()];
    await setUserDisabled(identity, bob.userId, true);
    const request = async (email: string) => {
      const from = here.statements.length;
      await requestPasswordReset(identity, { email }, {});
      return here.statements.slice(from);
    };
    const known = await request(ada.email);
    expect(await request('nobody@example.org')).toEqual(known);
    expect(await request(bob.email)).toEqual(known);
    expect(
      here.mailer.sent.filter(({ to }) => to !== ada.email && [bob.email, 'nobody@example.org'].includes(to)),
    ).toEqual([]);
  });

  it('mails an address at most three times in a row', async () => {
    const { email } = await here.user();
    const tries = Array.from({ length: 5 }, () => requestPasswordReset(identity, { email }, {}));
    expect(tally(await outcomes(tries))).toEqual({ ok: 3, RATE_LIMITED: 2 });
    expect(here.mailer.sent.filter(({ to }) => to === email)).toHaveLength(3);
  });
});
