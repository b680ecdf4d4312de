import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TurnsOfTenants } from './turns-of-tenants.ts';

it('lets a tenant wait for one job of each other tenant at most, however many jobs one of them has', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(counts, (jobs) => {
      const turns = new TurnsOfTenants();
      const left = new Map(jobs.map((count, tenant) => [`${tenant}`, count]));
      for (const tenant of left.keys()) turns.add(tenant);
      const since = new Map([...left.keys()].map((tenant) => [tenant, 0]));
      for (let tenant = turns.take(); tenant !== undefined; tenant = turns.take()) {
        for (const [other, passed] of since) if (left.get(other)! > 0) since.set(other, passed + 1);
        expect(since.get(tenant)!).toBeLessThanOrEqual(jobs.length);
        since.set(tenant, 0);
        left.set(tenant, left.get(tenant)! - 1);
        turns.end(tenant, left.get(tenant)! > 0);
      }
      expect([...left.values()].every((count) => count === 0)).toBe(true);
    }),
  );
});

it('gives a tenant to one worker at a time, and again if more work came meanwhile', () => {
  const turns = new TurnsOfTenants();
  turns.add('a');
  turns.add('a');
  expect([turns.take(), turns.take()]).toEqual(['a', undefined]);
  turns.add('a');
  expect(turns.take()).toBeUndefined();
  turns.end('a', false);
  expect(turns.take()).toBe('a');
  turns.end('a', false);
  expect(turns.take()).toBeUndefined();
});
