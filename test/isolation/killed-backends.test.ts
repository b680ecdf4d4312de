import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it, vi } from 'vitest';
import { Backends } from '../support/backends.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Member } from '../support/world.ts';

const tenants = 20;
const killEveryMs = 250;
const forMs = 6_000;
const deadlineMs = 15_000;

const here = await ownWorld({ env: { POOL_SIZE: '6' } });
const backends = new Backends(here.app.installation.adminUrl);
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
});

const read = '{ profiles(first: 100) { nodes { lastName } } }';
const write =
  'mutation ($name: String!) { createProfile(input: { firstName: "x", lastName: $name }) { profile { lastName } } }';

const markersOf = (answer: unknown): string[] =>
  [...JSON.stringify(answer ?? null).matchAll(/"lastName":"([^"]*)"/g)].map(([, name]) => name!);

it('returns only its tenant’s data while connections die, never hangs, and recovers', async () => {
  const people: { marker: string; member: Member }[] = [];
  for (let n = 0; n < tenants; n++) {
    const marker = `marker-${n}`;
    const company = await here.company(`Tenant ${n}`);
    people.push({ marker, member: await company.member('MANAGER', { lastName: marker }) });
  }
  const until = Date.now() + forMs;
  const counts = { answered: 0, failed: 0, acknowledged: new Map(people.map(({ marker }) => [marker, 0])) };

  const client = async ({ marker, member }: (typeof people)[number], turn: number) => {
    for (let n = turn; Date.now() < until; n++) {
      const writes = n % 3 === 0;
      const answer = await within(deadlineMs, writes ? member.graphql(write, { name: marker }) : member.graphql(read));
      expect(new Set(markersOf(answer.data))).toEqual(
        answer.data && markersOf(answer.data).length ? new Set([marker]) : new Set(),
      );
      if (answer.errors.length) {
        counts.failed++;
        expect(['CONNECTION_LOST', 'UNAVAILABLE']).toContain(answer.errors[0]!.extensions.code);
      } else {
        counts.answered++;
        if (writes) counts.acknowledged.set(marker, counts.acknowledged.get(marker)! + 1);
      }
    }
  };
  const killer = async () => {
    while (Date.now() < until) {
      await pause(killEveryMs);
      await backends.kill();
    }
  };
  await Promise.all([killer(), ...people.flatMap((person) => [client(person, 0), client(person, 1)])]);

  expect(counts.answered).toBeGreaterThan(tenants);
  expect(counts.failed).toBeGreaterThan(0);
  for (const { marker, member } of people) {
    // The end of a connection that was killed last may not have shown yet
    const data = await vi.waitFor(() => member.ok('{ profiles(first: 1) { totalCount nodes { lastName } } }'), 60_000);
    // Each acknowledged write is there; one whose answer was lost may be there too.
    expect(data.profiles.totalCount).toBeGreaterThanOrEqual(1 + counts.acknowledged.get(marker)!);
    expect(data.profiles.nodes[0].lastName).toBe(marker);
  }
});

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = pause(ms, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
  return Promise.race([work, late]);
}
