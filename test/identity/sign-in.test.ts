import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { createJoinCode } from '../../src/identity/create-join-code.ts';
import { createUser } from '../../src/identity/create-user.ts';
import { setUserDisabled } from '../../src/identity/disable-user.ts';
import { joinOrganization } from '../../src/identity/join-organization.ts';
import { Passwords } from '../../src/identity/password.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import { signInDelays } from '../../src/identity/sign-in-delay.ts';
import { signUp } from '../../src/identity/sign-up.ts';
import { users } from '../../src/identity/tables.ts';
import { auditLogs } from '../../src/tenancy/tables.ts';
import { outcomes, outcomesInTurn, password, processes, tally } from './support.ts';

const [here] = await processes(1);
const acme = await here.company('Acme');
const newAddress = () => `${randomUUID()}@example.org`;
const attempt = (email: string, secret = 'the wrong password', process = here, ipAddress?: string) =>
  signIn(process.identity, { email, password: secret }, { ipAddress });
const userOf = async (email: string) =>
  (await here.app.catalog.read((db) => db.select().from(users).where(eq(users.email, email))))[0];

describe('signing up', () => {
  const grace = { password, firstName: 'Grace', lastName: 'Hopper' };

  it('creates an organization and makes the person its owner', async () => {
    const email = newAddress();
    const organization = { name: 'Société Générale d’Été' };
    const signed = await here.signUp({ email, organization });
    const viewer = await here.viewer(`Bearer ${signed.accessToken}`);
    expect(viewer).toMatchObject({ email, role: 'OWNER', firstName: 'Grace', organizationId: signed.organizationId });
    const tenant = await here.identity.findTenant(viewer.organizationId);
    expect(tenant).toMatchObject({ slug: 'societe-generale-d-ete', status: 'ACTIVE' });
    const [profile] = await here.app.binding.read(tenant!, (db) => db.query.profiles.findMany());
    expect(profile).toMatchObject({ id: viewer.profileId, userId: viewer.userId, email });
  });

  it('joins an organization by code', async () => {
    const owner = await here.member(acme, 'OWNER');
    const { code } = await createJoinCode(
      here.identity,
      await here.viewer(owner.authorization),
      { role: 'MANAGER' },
      {},
    );
    const signed = await here.signUp({ email: newAddress(), joinCode: code.toLowerCase() });
    expect(await here.viewer(`Bearer ${signed.accessToken}`)).toMatchObject({
      role: 'MANAGER',
      organizationId: acme.id,
    });
  });

  it('creates nothing if it is rejected', async () => {
    const email = newAddress();
    const tries = [
      () => signUp(here.identity, { ...grace, email }, {}),
      () => signUp(here.identity, { ...grace, email, joinCode: 'AAAAA-AAAAA' }, {}),
      () => signUp(here.identity, { ...grace, email, invitationToken: 'unknown' }, {}),
      () => signUp(here.identity, { ...grace, email, password: 'short', organization: { name: 'X' } }, {}),
      () => signUp(here.identity, { ...grace, email, organization: { name: 'X', slug: 'Not A Slug' } }, {}),
      () => signUp(here.identity, { ...grace, email, organization: { name: 'X', slug: acme.slug } }, {}),
    ];
    const expected = ['BAD_INPUT', 'NOT_FOUND', 'NOT_FOUND', 'BAD_INPUT', 'BAD_INPUT', 'ALREADY_EXISTS'];
    expect(await outcomesInTurn(tries)).toEqual(expected);
    expect(await userOf(email)).toBeUndefined();
  });

  it('ignores the case of an address, and lets one of two concurrent sign-ups win', async () => {
    const email = newAddress();
    const create = (address: string) => createUser(here.identity, { ...grace, email: address });
    expect(tally(await outcomes([create(email), create(email.toUpperCase())]))).toEqual({ ok: 1, ALREADY_EXISTS: 1 });
  });

  it('names every invalid field', async () => {
    const wrong = createUser(here.identity, { email: 'nobody', password: 'short', firstName: ' ', lastName: 'X' });
    await expect(wrong).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { issues: ['email', 'password', 'firstName'].map((field) => ({ path: ['input', field] })) },
    });
  });
});

describe('signing in', () => {
  it('ignores the case of the address, and chooses the only organization', async () => {
    const ada = await here.member(acme, 'CONSULTANT');
    const signed = await attempt(ada.person.email.toUpperCase(), password);
    expect(signed).toMatchObject({ organizationId: acme.id, account: { userId: ada.person.userId } });
  });

  it('chooses none of several organizations unless told to', async () => {
    const email = newAddress();
    const { organizationId } = await here.signUp({ email, organization: { name: 'One' } });
    expect((await attempt(email, password)).organizationId).toBe(organizationId);
    const owner = await here.member(acme, 'OWNER');
    const { code } = await createJoinCode(here.identity, await here.viewer(owner.authorization), {}, {});
    const { account } = await attempt(email, password);
    await joinOrganization(here.identity, account, { code }, {});
    expect((await attempt(email, password)).organizationId).toBeUndefined();
    expect((await here.signIn(email, acme.id)).session.organizationId).toBe(acme.id);
  });

  it('rejects an organization that the user does not belong to', async () => {
    const ada = await here.member(acme, 'MEMBER');
    const globex = await here.company('Globex');
    expect(await outcomes([here.signIn(ada.person.email, globex.id)])).toEqual(['FORBIDDEN']);
  });

  it('answers an unknown address, a wrong password and a disabled user alike', async () => {
    const [ada, bob] = [await here.user(), await here.user()];
    await setUserDisabled(here.identity, bob.userId, true);
    const answers = await Promise.allSettled([attempt(newAddress()), attempt(ada.email), attempt(bob.email, password)]);
    const errors = answers.map((answer) => answer.status === 'rejected' && answer.reason);
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('INVALID_CREDENTIALS'));
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  });

  it('does the same work for an unknown address: the same statements and the same hashing', async () => {
    // At its real cost the hash is most of the time that an attempt takes, and all of what could tell.
    const identity = { ...here.identity, passwords: new Passwords() };
    const email = newAddress();
    await createUser(identity, { email, password, firstName: 'A', lastName: 'B' });
    const measure = async (address: string) => {
      here.clock.advance(signInDelays.mostMs);
      const from = here.statements.length;
      // The process's own, in all threads: a machine with other work to do cannot tell the two apart.
      const start = process.cpuUsage();
      await outcomes([signIn(identity, { email: address, password: 'the wrong password' }, {})]);
      return { work: process.cpuUsage(start).user, statements: here.statements.slice(from) };
    };
    await measure(email);
    const [known, unknown] = [[await measure(email)], [await measure(newAddress())]];
    for (let n = 0; n < 4; n++) {
      known.push(await measure(email));
      unknown.push(await measure(newAddress()));
    }
    expect(unknown[0]!.statements).toEqual(known[0]!.statements);
    const least = (measured: { work: number }[]) => Math.min(...measured.map(({ work }) => work));
    expect(least(unknown) / least(known)).toBeGreaterThan(0.6);
    expect(least(known) / least(unknown)).toBeGreaterThan(0.6);
  });

  it('rehashes a password with outdated cost', async () => {
    const email = newAddress();
    const old = { ...here.identity, passwords: new Passwords({ cost: { memory: 128, passes: 1, parallelism: 1 } }) };
    await createUser(old, { email, password, firstName: 'A', lastName: 'B' });
    await attempt(email, password);
    expect((await userOf(email))?.passwordHash).toMatch(/m=64,/);
    await expect(attempt(email, password)).resolves.toBeDefined();
  });

  it('is recorded in the audit log, whether it succeeds or not', async () => {
    const ada = await here.user();
    const origin = { ipAddress: '192.0.2.1', userAgent: 'test' };
    await outcomes([signIn(here.identity, { email: ada.email, password: 'wrong wrong wrong' }, origin)]);
    await signIn(here.identity, { email: ada.email, password }, origin);
    const rows = await here.app.catalog.read((db) => db.select().from(auditLogs).orderBy(auditLogs.id));
    expect(rows.filter((row) => row.resourceId === ada.userId || row.actorId === ada.userId)).toEqual([
      expect.objectContaining({ action: 'user.created', outcome: 'SUCCESS' }),
      expect.objectContaining({ action: 'user.sign-in-refused', outcome: 'FAILURE', ...origin }),
      expect.objectContaining({ action: 'user.signed-in', outcome: 'SUCCESS', ...origin }),
    ]);
  });
});
