import { expect, it } from 'vitest';
import { mostDays } from './payment-terms.ts';

it('allows 60 days, or 45 with the end of the month', () => {
  expect([mostDays({ monthEnd: 'NONE' }), mostDays({ monthEnd: 'MONTH_END_THEN_DAYS' })]).toEqual([60, 45]);
});
