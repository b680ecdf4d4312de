import { describe, expect, it } from 'vitest';
import { settingsOf } from './registry.ts';

const defaults = {
  hoursPerDay: '8',
  weekStartsOn: 'MONDAY',
  workingDays: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
};

describe('tenant settings', () => {
  it('have defaults', () => {
    expect(settingsOf([])).toEqual(defaults);
  });

  it('are what is stored', () => {
    const rows = [
      { key: 'hoursPerDay', value: '7.5' },
      { key: 'workingDays', value: ['SUNDAY', 'MONDAY', 'MONDAY'] },
    ];
    expect(settingsOf(rows)).toEqual({ ...defaults, hoursPerDay: '7.5', workingDays: ['MONDAY', 'SUNDAY'] });
  });

  it('fall back where another build stored what this one does not know', () => {
    const rows = [
      { key: 'hoursPerDay', value: { minutes: 450 } },
      { key: 'weekStartsOn', value: 'SOMEDAY' },
      { key: 'unknown', value: true },
    ];
    expect(settingsOf(rows)).toEqual(defaults);
  });
});
