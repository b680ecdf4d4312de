import { beforeAll, describe, expect, it } from 'vitest';
import { readSample, type Sample } from '../../bench/data/sample.ts';
import { seedTenant } from '../../bench/data/seed-tenant.ts';
import { randomFrom } from '../../bench/measure/random.ts';
import { documents } from '../../bench/memory/documents.ts';
import { Admin } from '../../src/db/admin.ts';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import type { Yoga } from '../../src/server/yoga.ts';
import { type Member, World, world } from '../support/world.ts';

const megabyte = 1024 * 1024;

const here = await world();

async function post(yoga: Yoga, query: string, variables: object = {}, headers: Record<string, string> = {}) {
  const response = await yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as unknown;
}

describe('many documents of many organizations', () => {
  const size = { projects: 4, tasks: 40, timeEntries: 10, messages: 40 };
  const all = documents(120);
  const members: { member: Member; sample: Sample }[] = [];
  /** What the executor answers. */
  let expected: unknown[];

  beforeAll(async () => {
    await using admin = new Admin({ url: here.app.installation.adminUrl });
    for (const name of ['One', 'Two', 'Three']) {
      const company = await here.company(name);
      await admin.transaction((tx) => seedTenant(tx, company.tenant, here.app.installation.roles.owner, size));
      const sample = await here.app.binding.read(company.tenant, readSample);
      members.push({ member: await company.as('MANAGER'), sample });
    }
    expected = await askAll(buildGraphServer(here.app, { plans: null }).yoga);
  });

  async function askAll(yoga: Yoga, after: () => void = () => {}): Promise<unknown[]> {
    const random = randomFrom('memory');
    const answers: unknown[] = [];
    for (const { text, variables } of all) {
      for (const { member, sample } of members) {
        answers.push(await post(yoga, text, variables(sample, random), member.headers));
        after();
      }
    }
    return answers;
  }

  it.each([
    { slotMb: 16, ends: 'close the oldest statements' },
    { slotMb: 8, ends: 'have their connection replaced' },
  ])('take at most $slotMb MB per slot: they $ends, and get the same answers', async ({ slotMb }) => {
    const env = { POOL_SIZE: '1', POOL_SLOT_MB: String(slotMb) };
    await using small = await World.open({ env, databaseUrl: here.databaseUrl });
    const { pool } = small.app;
    const plans = new Plans(schema, { mostBytes: megabyte });
    const most = { plans: 0, statements: 0, slot: 0 };
    const look = (): void => {
      const { preparedBytes, memoryBytes, busy, opening } = pool.stats();
      most.plans = Math.max(most.plans, plans.counts.keptBytes);
      // While one is replaced there are two
      if (busy + opening > 0) return;
      most.statements = Math.max(most.statements, preparedBytes);
      most.slot = Math.max(most.slot, memoryBytes);
    };
    expect(await askAll(buildGraphServer(small.app, { plans }).yoga, look)).toEqual(expected);
    const { compiled, kept, forgotten, declined, failed } = plans.counts;
    expect({ compiled, declined, failed }).toEqual({ compiled: all.length, declined: 0, failed: 0 });
    expect(kept + forgotten).toBe(compiled);
    expect(most.plans).toBeGreaterThan(megabyte / 2);
    expect(most.plans).toBeLessThanOrEqual(megabyte);
    await expect.poll(() => pool.stats()).toMatchObject({ busy: 0, opening: 0, idle: 1 });
    look();
    expect(most.statements).toBeLessThanOrEqual((slotMb / 2) * megabyte);
    expect(most.slot).toBeLessThanOrEqual(slotMb * megabyte);
    const { closed, recycled, discarded } = pool.stats();
    expect(discarded).toBe(0);
    if (slotMb === 16) expect({ closed: closed > 200, recycled }).toEqual({ closed: true, recycled: 0 });
    else expect(recycled).toBeGreaterThan(5);
  });
});
