import { expect, it } from 'vitest';
import { readDuration } from './read-duration.ts';

it('hours are read in the forms that people write', () => {
  const forms = ['1:30', '01:30', '1h30', '1 h 30', '1H30min', '90min', '90 m', '1.5', '1,5', ' 1,50 '];
  expect(forms.map(readDuration)).toEqual(forms.map(() => '1.50'));
  expect(['0:20', '1h', '1h5', '7', '0', '0:01', '24h', '7,25', '100 min'].map(readDuration)).toEqual([
    ...['0.33', '1.00', '1.08', '7.00', '0.00', '0.02', '24.00', '7.25', '1.67'],
  ]);
});

it('other texts are no hours', () => {
  const others = ['', 'h', '1:60', '1:5', '1h60', '-1', '1.234', '1e1', '1:30:00', '1.5h', 'one', '１', '100:00', '٣'];
  expect(others.map(readDuration)).toEqual(others.map(() => undefined));
});
