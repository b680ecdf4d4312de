import { beforeAll, describe, expect, it } from 'vitest';
import { readSample, type Sample } from '../../bench/data/sample.ts';
import { seedTenant } from '../../bench/data/seed-tenant.ts';
import { Admin } from '../../src/db/admin.ts';
import { type Company, world } from '../support/world.ts';
import { everydayScreens } from './everyday-screens.ts';

const size = { projects: 4, tasks: 40, timeEntries: 60, messages: 40 };

describe('an everyday screen', async () => {
  // With the limits that a server has unless it is told otherwise
  const here = await world();
  let company: Company;
  let sample: Sample;
  beforeAll(async () => {
    company = await here.company();
    await using admin = new Admin({ url: here.databaseUrl });
    await admin.transaction((tx) => seedTenant(tx, company.tenant, here.app.installation.roles.owner, size));
    sample = await here.app.binding.read(company.tenant, readSample);
  });

  it('is one of at least twenty', () => {
    expect(new Set(everydayScreens.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
  });

  describe.each(['MANAGER', 'MEMBER'] as const)('of a %s', (role) => {
    it.each(everydayScreens)('fits the cost limit, in one compiled statement: $name', async ({ query, variables }) => {
      const member = await company.as(role);
      const { data, errors, statements } = await member.graphql(query, variables?.(sample));
      expect(errors).toEqual([]);
      expect(Object.values(data)).not.toContain(undefined);
      expect(statements).toEqual([expect.stringMatching(/^select .* as "r\d+"$/s)]);
    });
  });
});
