import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buckets } from '../../src/identity/attempts.ts';
import { requestPasswordReset } from '../../src/identity/request-password-reset.ts';
import { resetPassword } from '../../src/identity/reset-password.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import { delayAfter, signInDelays } from '../../src/identity/sign-in-delay.ts';
import { signOut } from '../../src/identity/sign-out.ts';
import { outcomes, outcomesInTurn, password, processes, tally } from './support.ts';

const [here, there] = await processes(2);
const newAddress = () => `${randomUUID()}@example.org`;

interface From {
  secret?: string;
  ipAddress?: string;
  process?: typeof here;
  previousRefreshToken?: string;
}

const attempt = (email: string, { secret = 'the wrong password', ipAddress, process = here, ...device }: From = {}) =>
  signIn(process.identity, { email, password: secret, ...device }, { ipAddress });

/**
 * Fails so often to sign in to an account, each time from another network address, that the account's limit is reached.
 */
async function exhaust(email: string): Promise<void> {
  const codes: string[] = [];
  for (let n = 0; n < buckets.account.burst; n += 5) {
    const tries = Array.from({ length: 5 }, (_, m) => attempt(email, { ipAddress: `203.0.${n + m}.1` }));
    codes.push(...(await outcomes(tries)));
  }
  expect(tally(codes)).toEqual({ INVALID_CREDENTIALS: buckets.account.burst });
}

describe('the delay of failed sign-ins', () => {
  it('doubles from a second to a quarter of an hour', () => {
    const seconds = Array.from({ length: 15 }, (_, n) => delayAfter(n + 1) / 1000);
    expect(seconds).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('is computed by the database, so that a burst in two processes cannot bypass it', async () => {
    const { email } = await here.user();
    const tries = Array.from({ length: 30 }, (_, n) => attempt(email, { process: n % 2 ? here : there }));
    expect(tally(await outcomes(tries))).toEqual({ INVALID_CREDENTIALS: 3, RATE_LIMITED: 27 });
    for (let failures = 3; failures < 16; failures++) {
      const waitMs = delayAfter(failures);
      await expect(attempt(email)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        details: { retryAfter: waitMs / 1000 },
      });
      here.clock.advance(waitMs - 1);
      expect(await outcomes([attempt(email, { secret: password })])).toEqual(['RATE_LIMITED']);
      here.clock.advance(1);
      expect(await outcomes([attempt(email)])).toEqual(['INVALID_CREDENTIALS']);
    }
  });

  it('applies to an unknown address as well', async () => {
    const email = newAddress();
    const tries = Array.from({ length: 12 }, () => attempt(email));
    expect(tally(await outcomes(tries))).toEqual({ INVALID_CREDENTIALS: 3, RATE_LIMITED: 9 });
  });

  it('does not apply at other network addresses: ten failures lock out only their sender', async () => {
    const { email } = await here.user();
    await outcomes(Array.from({ length: 10 }, () => attempt(email, { ipAddress: '198.51.100.1' })));
    const right = (ipAddress: string) => attempt(email, { secret: password, ipAddress });
    expect(await outcomes([right('198.51.100.1'), right('198.51.100.2')])).toEqual(['RATE_LIMITED', 'ok']);
  });

  it('ends with a success, and after a day', async () => {
    const { email } = await here.user();
    const fail = () => outcomesInTurn([() => attempt(email), () => attempt(email)]);
    for (let round = 0; round < 3; round++) {
      expect(tally(await fail())).toEqual({ INVALID_CREDENTIALS: 2 });
      await attempt(email, { secret: password });
    }
    await fail();
    here.clock.advance(signInDelays.forgottenMs);
    expect(await fail()).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS']);
    expect(await outcomes([attempt(email, { secret: password })])).toEqual(['ok']);
  });
});

describe('the limit of an account', () => {
  it('applies to new devices only: a device with an earlier session can sign in', async () => {
    const { email } = await here.user();
    const { refreshToken, account } = await attempt(email, { secret: password, ipAddress: '198.51.100.7' });
    await signOut(here.identity, { account }, {});
    await exhaust(email);
    const right = (device: From) => attempt(email, { secret: password, ...device });
    const codes = await outcomesInTurn([
      () => right({ ipAddress: '198.51.100.8' }),
      () => right({ ipAddress: '198.51.100.8', previousRefreshToken: `${refreshToken.slice(0, -4)}AAAA` }),
      () => right({ ipAddress: '198.51.100.8', previousRefreshToken: refreshToken }),
      () => right({ ipAddress: '198.51.100.7' }),
    ]);
    expect(codes).toEqual(['RATE_LIMITED', 'RATE_LIMITED', 'ok', 'ok']);
  });

  it('does not accept another account’s refresh token as a known device', async () => {
    const [ada, eve] = [await here.user(), await here.user()];
    const { refreshToken } = await attempt(eve.email, { secret: password, ipAddress: '198.51.100.9' });
    await exhaust(ada.email);
    const tried = attempt(ada.email, {
      secret: password,
      previousRefreshToken: refreshToken,
      ipAddress: '198.51.100.9',
    });
    expect(await outcomes([tried])).toEqual(['RATE_LIMITED']);
  });

  it('applies to an unknown address with the same statements', async () => {
    const [ada, nobody] = [(await here.user()).email, newAddress()];
    const run = async (email: string) => {
      await exhaust(email);
      const from = here.statements.length;
      expect(await outcomes([attempt(email, { ipAddress: '198.51.100.10' })])).toEqual(['RATE_LIMITED']);
      return here.statements.slice(from);
    };
    expect(await run(nobody)).toEqual(await run(ada));
  });
});

describe('a password reset', () => {
  it('clears the delays and the limit of the account', async () => {
    const { email } = await here.user();
    await exhaust(email);
    const ipAddress = '198.51.100.30';
    const next = 'another long password';
    await requestPasswordReset(here.identity, { email }, {});
    await resetPassword(here.identity, { token: here.mailer.tokenFor(email), newPassword: next }, { ipAddress });
    expect(await outcomes([attempt(email, { secret: next, ipAddress })])).toEqual(['ok']);
    expect(await outcomes([attempt(email, { secret: next, ipAddress: '203.0.1.1' })])).toEqual(['ok']);
  });
});

describe('the limit of a network address', () => {
  it('applies across accounts; a correct password does not count', async () => {
    const ada = await here.user();
    const right = (ipAddress: string) => attempt(ada.email, { secret: password, ipAddress });
    for (let n = 0; n < 60; n++) await right('2001:db8::1');
    const tries = Array.from({ length: 60 }, (_, n) => attempt(newAddress(), { ipAddress: `2001:db8::${n + 2}` }));
    expect(tally(await outcomes(tries))).toEqual({ INVALID_CREDENTIALS: 50, RATE_LIMITED: 10 });
    expect(await outcomes([right('198.51.100.9')])).toEqual(['ok']);
  });
});
