import { describe, expect, it } from 'vitest';
import { isAtRisk, isLate, type Schedule } from './health.ts';

const tenDays: Schedule = { startDate: '2026-06-01', dueDate: '2026-06-10', status: 'IN_PROGRESS', progress: 0 };

describe('isLate', () => {
  it('begins the day after the due day', () => {
    expect(isLate(tenDays, '2026-06-10')).toBe(false);
    expect(isLate(tenDays, '2026-06-11')).toBe(true);
  });

  it('does not apply to a reached milestone', () => {
    expect(isLate({ ...tenDays, status: 'COMPLETED' }, '2026-07-01')).toBe(false);
  });
});

describe('isAtRisk', () => {
  it('allows progress to be 20 points behind', () => {
    expect(isAtRisk(tenDays, '2026-06-03')).toBe(false);
    expect(isAtRisk(tenDays, '2026-06-04')).toBe(true);
    expect(isAtRisk({ ...tenDays, progress: 10 }, '2026-06-04')).toBe(false);
  });

  it('does not apply to a late or reached milestone', () => {
    expect(isAtRisk(tenDays, '2026-06-11')).toBe(false);
    expect(isAtRisk({ ...tenDays, status: 'COMPLETED' }, '2026-06-09')).toBe(false);
  });

  it('does not begin before the first day', () => {
    expect(isAtRisk(tenDays, '2026-05-01')).toBe(false);
  });
});
