import { describe, expect, it } from 'vitest';
import { TenantMeter } from './tenant-meter.ts';

const tenant = (n: number) => ({ schemaName: `tenant_${n}`, slug: `company-${n}` });

/** A meter whose clock a test moves. */
function meterWith(options: { top: number; most?: number }) {
  let now = 0;
  const meter = new TenantMeter({ ...options, now: () => now });
  return { meter, pass: (ms: number) => (now += ms) };
}

describe('the meter of tenants', () => {
  it('has a bounded number of series, whatever the number of tenants, and loses nothing', () => {
    const { meter } = meterWith({ top: 20 });
    meter.series();
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 1000; n++) for (let i = 0; i <= n / 100; i++) meter.operation(tenant(n), 'board', false, 2);
      if (round === 0) meter.series();
    }
    const series = meter.series();
    expect(series).toHaveLength(21);
    expect(series.at(-1)![0]).toBe('other');
    expect(series.reduce((sum, [, usage]) => sum + usage.operations, 0)).toBe(2 * 5500);
    const own = series.slice(0, -1);
    expect(own.every(([slug]) => Number(slug.split('-')[1]) >= 900)).toBe(true);
    expect(own.map(([, usage]) => usage.operations)).toEqual(own.map(() => 10));
  });

  it('never tells less of a series than before, though the busiest change', () => {
    const { meter, pass } = meterWith({ top: 2 });
    const told = new Map<string, number>();
    for (let step = 0; step < 40; step++) {
      for (let i = 0; i < 50; i++) meter.operation(tenant((step >> 2) + (i % 3)), 'board', false, 1);
      pass(60_000);
      const series = meter.series();
      const names = new Set(series.map(([name]) => name));
      for (const name of told.keys()) if (!names.has(name)) told.delete(name);
      for (const [name, { operations }] of series) {
        expect(operations).toBeGreaterThanOrEqual(told.get(name) ?? 0);
        told.set(name, operations);
      }
    }
  });

  it('lets go of who is quiet', () => {
    const { meter, pass } = meterWith({ top: 5 });
    meter.operation(tenant(1), 'board', false, 1);
    expect(meter.series().map(([name]) => name)).toEqual(['company-1', 'other']);
    pass(24 * 3_600_000);
    expect(meter.series().map(([name]) => name)).toEqual(['other']);
  });

  it('knows the slowest operations, errors and time in the database of a tenant, by few names', () => {
    const { meter } = meterWith({ top: 1 });
    for (let n = 0; n < 100; n++) meter.operation(tenant(1), `made up ${n}`.padEnd(200, 'x'), false, 1);
    meter.operation(tenant(2), 'slow', true, 90);
    meter.operation(tenant(2), 'slow', false, 110);
    meter.operation(tenant(2), 'quick', false, 1);
    meter.held('tenant_2', 50);
    meter.held('tenant_nobody', 50);
    expect(meter.of('company-2')).toEqual({
      total: { operations: 3, errors: 1, ms: 201, databaseMs: 50 },
      timings: [
        { name: 'slow', count: 2, errors: 1, ms: 200, longestMs: 110 },
        { name: 'quick', count: 1, errors: 0, ms: 1, longestMs: 1 },
      ],
    });
    const names = meter.of('company-1')!.timings.map(({ name }) => name);
    expect(names).toHaveLength(21);
    expect(Math.max(...names.map((name) => name.length))).toBe(60);
    expect(meter.of('nobody')).toBeUndefined();
  });

  it('remembers so many tenants and no more', () => {
    const { meter } = meterWith({ top: 2, most: 100 });
    for (let n = 0; n < 10_000; n++) meter.operation(tenant(n), 'board', false, 1);
    expect(
      Array.from({ length: 10_000 }, (_, n) => meter.of(`company-${n}`)).filter(Boolean).length,
    ).toBeLessThanOrEqual(100);
    expect(meter.series().reduce((sum, [, usage]) => sum + usage.operations, 0)).toBe(10_000);
  });
});
