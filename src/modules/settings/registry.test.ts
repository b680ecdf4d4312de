import { describe, expect, it } from 'vitest';
import { settingsOf } from './registry.ts';

/** The defaults of the settings that this module declares. */
const defaults = {
  hoursPerDay: '8',
  weekStartsOn: 'MONDAY',
  workingDays: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'],
  timeBeforeStart: false,
  timeAhead: false,
  timeApproval: 'VALIDATORS',
  soleOwnerApproves: false,
  leaveOverBalance: false,
};

describe('tenant settings', () => {
  it('have defaults', () => {
    expect(settingsOf([])).toMatchObject(defaults);
  });

  it('are the stored values', () => {
    const rows = [
      { key: 'hoursPerDay', value: '7.5' },
      { key: 'workingDays', value: ['SUNDAY', 'MONDAY', 'MONDAY'] },
    ];
    expect(settingsOf(rows)).toMatchObject({ ...defaults, hoursPerDay: '7.5', workingDays: ['MONDAY', 'SUNDAY'] });
  });

  it('fall back to the default for values that another build stored and this one does not know', () => {
    const rows = [
      { key: 'hoursPerDay', value: { minutes: 450 } },
      { key: 'weekStartsOn', value: 'SOMEDAY' },
      { key: 'unknown', value: true },
    ];
    expect(settingsOf(rows)).toMatchObject(defaults);
  });
});
