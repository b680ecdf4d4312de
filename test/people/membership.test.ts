import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import { joinProfile } from '../../src/modules/people/join-profile.ts';
import { leaveProfile } from '../../src/modules/people/leave-profile.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { type Company, world } from '../support/world.ts';

const server = await world();

const person = (email = `${uuidv7()}@example.test`) => ({
  userId: uuidv7(),
  email,
  firstName: 'Ada',
  lastName: 'Byron',
  emailVerified: true,
  role: 'MEMBER' as const,
});

/** What a profile copies of a person. */
const copied = ({ emailVerified, role, ...who }: ReturnType<typeof person>) => who;
const join = ({ tenant }: Company, who: ReturnType<typeof person>) =>
  server.app.binding.write(tenant, (tx) => joinProfile(tx, who));
const leave = ({ tenant }: Company, userId: string) =>
  server.app.binding.write(tenant, (tx) => leaveProfile(tx, { userId }));
const imported = async ({ tenant }: Company, email: string): Promise<string> => {
  const id = uuidv7();
  await server.app.binding.write(tenant, async (tx) => {
    await tx.insert(profiles).values({ id, email, firstName: 'Imported', lastName: '' });
  });
  return id;
};
const all = ({ tenant }: Company) => server.app.binding.read(tenant, (db) => db.select().from(profiles));

describe('joining an organization', () => {
  it('creates a profile once', async () => {
    const company = await server.company();
    const who = person();
    const id = await join(company, who);
    expect(await join(company, who)).toBe(id);
    expect(await all(company)).toMatchObject([{ id, ...copied(who), leftAt: null, version: 1 }]);
  });

  it('creates one profile for many concurrent attempts', async () => {
    const company = await server.company();
    const who = person();
    const ids = await Promise.all(Array.from({ length: 12 }, () => join(company, who)));
    expect(new Set(ids).size).toBe(1);
    expect(await all(company)).toHaveLength(1);
  });

  it('claims the imported profile with the address, whatever its case, with its history', async () => {
    const company = await server.company();
    const id = await imported(company, 'Ada@Example.test');
    const who = person('ada@example.test');
    const ids = await Promise.all([join(company, who), join(company, who), join(company, who)]);
    expect(ids).toEqual([id, id, id]);
    expect(await all(company)).toMatchObject([{ id, ...copied(who) }]);
  });

  it('claims none for a person who has not verified the address', async () => {
    const company = await server.company();
    const id = await imported(company, 'ada@example.test');
    expect(await join(company, { ...person('ada@example.test'), emailVerified: false })).not.toBe(id);
    expect(await join(company, person('ada@example.test'))).toBe(id);
  });

  it('claims none if several have the address, and none that has an account', async () => {
    const company = await server.company();
    const email = 'shared@example.test';
    const taken = [await imported(company, email), await imported(company, email)];
    const id = await join(company, person(email));
    expect(taken).not.toContain(id);
    expect(await join(company, person(email))).not.toBe(id);
    expect(await all(company)).toHaveLength(4);
  });

  it('lets only one of two people with the same address claim a profile', async () => {
    const company = await server.company();
    const id = await imported(company, 'ada@example.test');
    const ids = await Promise.all([
      join(company, person('ada@example.test')),
      join(company, person('ada@example.test')),
    ]);
    expect(ids.filter((joined) => joined === id)).toHaveLength(1);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('leaving an organization', () => {
  it('keeps the profile, and records when the person left', async () => {
    const company = await server.company();
    const who = person();
    const id = await join(company, who);
    await leave(company, who.userId);
    const [left] = await all(company);
    expect(left).toMatchObject({ id, ...copied(who), leftAt: expect.any(Date), presence: 'OFFLINE' });
    await leave(company, who.userId);
    expect(await all(company)).toEqual([left]);
  });

  it('does nothing for a person who was never a member', async () => {
    const company = await server.company();
    await leave(company, uuidv7());
    expect(await all(company)).toEqual([]);
  });

  it('can be followed by a return to the same profile, updated from the account', async () => {
    const company = await server.company();
    const who = person();
    const id = await join(company, who);
    await leave(company, who.userId);
    expect(await join(company, { ...who, lastName: 'Lovelace' })).toBe(id);
    expect(await all(company)).toMatchObject([{ id, lastName: 'Lovelace', leftAt: null }]);
  });
});
