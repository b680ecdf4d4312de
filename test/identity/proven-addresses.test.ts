import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { acceptInvitation } from '../../src/identity/accept-invitation.ts';
import { createJoinCode } from '../../src/identity/create-join-code.ts';
import type { Identity } from '../../src/identity/identity.ts';
import { inviteByOperator, inviteMember } from '../../src/identity/invite-member.ts';
import { joinOrganization } from '../../src/identity/join-organization.ts';
import { linkIdentity } from '../../src/identity/link-identity.ts';
import { previewInvitation } from '../../src/identity/preview-invitation.ts';
import { requestPasswordReset } from '../../src/identity/request-password-reset.ts';
import { resetPassword } from '../../src/identity/reset-password.ts';
import { signUp } from '../../src/identity/sign-up.ts';
import { pendingSignUps, users } from '../../src/identity/tables.ts';
import { verifyEmail } from '../../src/identity/verify-email.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { tokenOf } from '../support/test-mailer.ts';
import { outcomes, outcomesInTurn, password, processes, tally } from './support.ts';

const [here, there] = await processes(2);
const { identity } = here;
const grace = { password, firstName: 'Grace', lastName: 'Hopper' };
const newAddress = () => `${randomUUID()}@example.org`;

/** An organization with an imported profile of an address, and a code to join it. */
async function withProfile(email: string) {
  const tenant = await here.company();
  const owner = await here.member(tenant, 'OWNER');
  const viewer = await here.viewer(owner.authorization);
  const { code } = await createJoinCode(identity, viewer, {}, {});
  const profileId = uuidv7();
  await here.app.binding.write(tenant, async (tx) => {
    await tx.insert(profiles).values({ id: profileId, email, firstName: 'Imported', lastName: '' });
  });
  return { tenant, viewer, code, profileId };
}

const holderOf = async (tenant: Tenant, profileId: string) =>
  (await here.app.binding.read(tenant, (db) => db.query.profiles.findFirst({ where: { id: profileId } })))?.userId;
const userOf = async (email: string) =>
  (await here.app.catalog.read((db) => db.select().from(users).where(eq(users.email, email))))[0];
/** As a sign-up of an earlier release left it. */
const unprove = (userId: string) =>
  here.app.catalog.write((tx) => tx.update(users).set({ emailVerifiedAt: null }).where(eq(users.id, userId)));

describe('a sign-up', () => {
  it('claims no profile and gets no tokens before its address is verified', async () => {
    const email = newAddress();
    const { tenant, code, profileId } = await withProfile(email);
    expect(await signUp(identity, { ...grace, email, joinCode: code }, {})).toBeUndefined();
    expect(await holderOf(tenant, profileId)).toBeNull();
    expect(await userOf(email)).toBeUndefined();
    expect(await outcomes([here.signIn(email)])).toEqual(['INVALID_CREDENTIALS']);
    const signed = await verifyEmail(identity, { token: here.mailer.tokenFor(email), password }, {});
    expect(await holderOf(tenant, profileId)).toBe(signed.account.userId);
  });

  it('creates no schema before its address is verified', async () => {
    const email = newAddress();
    const count = () => here.app.catalog.read((db) => db.query.organizations.findMany()).then(({ length }) => length);
    const before = await count();
    await signUp(identity, { ...grace, email, organization: { name: 'Navy' } }, {});
    expect(await count()).toBe(before);
    await verifyEmail(identity, { token: here.mailer.tokenFor(email), password }, {});
    expect(await count()).toBe(before + 1);
  });

  it('is not completed by the link alone: a stranger may have chosen the password', async () => {
    const email = newAddress();
    await signUp(identity, { ...grace, email, organization: { name: 'Navy' } }, {});
    const follow = (secret: string) =>
      verifyEmail(identity, { token: here.mailer.tokenFor(email), password: secret }, {});
    expect(await outcomesInTurn([() => follow('the holder’s own'), () => follow(password)])).toEqual([
      'INVALID_CREDENTIALS',
      'ok',
    ]);
  });

  it('is completed once, even if the link is opened twice at once in two processes', async () => {
    const email = newAddress();
    await signUp(identity, { ...grace, email, organization: { name: 'Navy' } }, {});
    const token = here.mailer.tokenFor(email);
    const codes = await outcomes([here, there].map((each) => verifyEmail(each.identity, { token, password }, {})));
    expect(tally(codes)).toMatchObject({ ok: 1 });
    expect(await outcomes([verifyEmail(identity, { token, password }, {})])).toEqual(['INVALID_CREDENTIALS']);
  });

  it('can be completed later if its organization could not be joined', async () => {
    const email = newAddress();
    const slug = `navy-${randomUUID().slice(0, 8)}`;
    await signUp(identity, { ...grace, email, organization: { name: 'Navy', slug } }, {});
    const token = here.mailer.tokenFor(email);
    await here.signUp({ email: newAddress(), organization: { name: 'Other', slug } });
    expect(await outcomes([verifyEmail(identity, { token, password }, {})])).toEqual(['ALREADY_EXISTS']);
    expect(await userOf(email)).toBeUndefined();
    await here.administer(`update catalog.organizations set slug = '${slug}-moved' where slug = '${slug}'`);
    expect(await outcomes([verifyEmail(identity, { token, password }, {})])).toEqual(['ok']);
  });

  it('expires after a day', async () => {
    const email = newAddress();
    await signUp(identity, { ...grace, email, organization: { name: 'Navy' } }, {});
    here.clock.advance(24 * 3_600_000);
    expect(await outcomes([verifyEmail(identity, { token: here.mailer.tokenFor(email), password }, {})])).toEqual([
      'INVALID_CREDENTIALS',
    ]);
  });

  it('says and does the same whether or not the address has an account', async () => {
    const ada = await here.user();
    const run = async (email: string) => {
      const from = here.statements.length;
      const answer = await signUp(identity, { ...grace, email, organization: { name: 'Navy' } }, {});
      return { answer, statements: here.statements.slice(from) };
    };
    const [known, unknown] = [await run(ada.email), await run(newAddress())];
    expect(known).toEqual(unknown);
    expect(here.mailer.sent.filter(({ to }) => to === ada.email).map(({ kind }) => kind)).toEqual(['ACCOUNT_EXISTS']);
    const kept = await here.app.catalog.read((db) =>
      db.select().from(pendingSignUps).where(eq(pendingSignUps.email, ada.email)),
    );
    expect(kept).toEqual([]);
  });

  it('mails one address at most three times in a row', async () => {
    const email = newAddress();
    const tries = Array.from({ length: 5 }, () =>
      signUp(identity, { ...grace, email, organization: { name: 'Navy' } }, {}),
    );
    expect(tally(await outcomes(tries))).toEqual({ ok: 3, RATE_LIMITED: 2 });
  });
});

describe('an address', () => {
  it('is verified by an invitation to it, which claims the profile and gives tokens at once', async () => {
    const email = newAddress();
    const { tenant, viewer, profileId } = await withProfile(email);
    await inviteMember(identity, viewer, { email, role: 'MEMBER' }, {});
    const token = here.mailer.tokenFor(email);
    expect(await previewInvitation(identity, { token }, {})).toMatchObject({
      email,
      organizationName: 'Acme',
      hasAccount: false,
    });
    const signed = await signUp(identity, { ...grace, email, invitationToken: token }, {});
    expect(await holderOf(tenant, profileId)).toBe(signed?.account.userId);
    expect(await previewInvitation(identity, { token }, {})).toBeUndefined();
  });

  it('is verified for an account that accepts an invitation to it', async () => {
    const ada = await here.user();
    await unprove(ada.userId);
    const { tenant, viewer, profileId } = await withProfile(ada.email);
    await inviteMember(identity, viewer, { email: ada.email, role: 'MEMBER' }, {});
    await acceptInvitation(identity, ada, { token: here.mailer.tokenFor(ada.email) }, {});
    expect(await holderOf(tenant, profileId)).toBe(ada.userId);
  });

  it('that is not verified claims no profile with a join code', async () => {
    const ada = await here.user();
    await unprove(ada.userId);
    const { tenant, code, profileId } = await withProfile(ada.email);
    await joinOrganization(identity, ada, { code }, {});
    expect(await holderOf(tenant, profileId)).toBeNull();
  });

  it('that is not verified gets no tokens until a mailed reset verifies it', async () => {
    const ada = await here.user();
    await unprove(ada.userId);
    expect(await outcomes([here.signIn(ada.email)])).toEqual(['EMAIL_NOT_VERIFIED']);
    await requestPasswordReset(identity, { email: ada.email }, {});
    await resetPassword(identity, { token: here.mailer.tokenFor(ada.email), newPassword: password }, {});
    expect(await outcomes([here.signIn(ada.email)])).toEqual(['ok']);
  });

  it('is verified by an issuer that vouches for it, and by none that vouches for another', async () => {
    const ada = await here.user();
    await unprove(ada.userId);
    const link = (verifiedEmail: string | undefined) =>
      linkIdentity(identity, { userId: ada.userId, issuer: 'https://login.example', subject: uuidv7(), verifiedEmail });
    await link(undefined);
    await link('somebody.else@example.org');
    expect(await outcomes([here.signIn(ada.email)])).toEqual(['EMAIL_NOT_VERIFIED']);
    await link(ada.email.toUpperCase());
    expect(await outcomes([here.signIn(ada.email)])).toEqual(['ok']);
  });
});

describe('signing up', () => {
  const closed = (signUpPolicy: 'invite' | 'off'): Identity => ({
    ...identity,
    options: { ...identity.options, signUp: signUpPolicy },
  });
  const byInvitation = async (policy: 'invite' | 'off') => {
    const email = newAddress();
    const { link } = await inviteByOperator(
      identity,
      { tenant: await here.company(), email, role: 'OWNER' },
      { actor: { kind: 'SYSTEM' } },
    );
    const invitationToken = tokenOf(link);
    return signUp(closed(policy), { ...grace, email, invitationToken }, {});
  };
  const byOrganization = (policy: 'invite' | 'off') =>
    signUp(closed(policy), { ...grace, email: newAddress(), organization: { name: 'Navy' } }, {});

  it('can be limited to invited people, or switched off, by the installation', async () => {
    expect(await outcomes([byInvitation('invite'), byOrganization('invite')])).toEqual(['ok', 'SIGN_UP_CLOSED']);
    expect(await outcomes([byInvitation('off'), byOrganization('off')])).toEqual(['SIGN_UP_CLOSED', 'SIGN_UP_CLOSED']);
  });

  it('is limited for each network address, as are new organizations', async () => {
    const few = { ...identity, options: { ...identity.options, signUpsPerAddress: 3, organizationsPerAddress: 2 } };
    const origin = { ipAddress: '198.51.100.20' };
    const emails = Array.from({ length: 5 }, newAddress);
    const tries = emails.map((email) => () => signUp(few, { ...grace, email, organization: { name: 'Navy' } }, origin));
    expect(tally(await outcomesInTurn(tries))).toEqual({ ok: 3, RATE_LIMITED: 2 });
    const links = emails.slice(0, 3).map((email) => here.mailer.tokenFor(email));
    const follow = links.map((token) => () => verifyEmail(few, { token, password }, origin));
    expect(tally(await outcomesInTurn(follow))).toEqual({ ok: 2, RATE_LIMITED: 1 });
  });
});
