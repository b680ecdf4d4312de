import { describe, expect, it } from 'vitest';
import { dayReader } from './day-format.ts';

describe('day formats', () => {
  it('reads days in a given pattern', () => {
    expect(dayReader('DD-MMM-YY')!('02-Nov-04')).toBe('2004-11-02');
    expect(dayReader('DD-MMM-YY')!('31-DEC-99')).toBe('1999-12-31');
    expect(dayReader('YYYY-MM-DD')!('2012-02-29')).toBe('2012-02-29');
    expect(dayReader('D/M/YYYY')!('7/11/2004')).toBe('2004-11-07');
    expect(dayReader('DD.MM.YYYY')!('07.11.2004')).toBe('2004-11-07');
    expect(dayReader('DD/MMM/YY H:mm A')!('02/Mar/26 9:05 AM')).toBe('2026-03-02');
    expect(dayReader('excel')!('46083')).toBe('2026-03-02');
    expect(dayReader('excel')!('61.5')).toBe('1900-03-01');
  });

  it('knows months in English, French and German', () => {
    const read = dayReader('D MMM YYYY')!;
    expect(read('2 février 2026')).toBe('2026-02-02');
    expect(read('14 août 2026')).toBe('2026-08-14');
    expect(read('1 déc. 2026')).toBe('2026-12-01');
    expect(read('3 März 2026')).toBe('2026-03-03');
    expect(read('3 MAI 2026')).toBe('2026-05-03');
    expect(read('31 Okt. 2026')).toBe('2026-10-31');
    expect(read('3 Brumaire 2026')).toBeUndefined();
  });

  it('rejects other formats and days that do not exist', () => {
    const read = dayReader('DD-MMM-YY')!;
    for (const text of ['', '2-Nov-04', '02-Nov-2004', '31-Nov-04', '29-Feb-05', '02-Nox-04', ' 02-Nov-04']) {
      expect(read(text)).toBeUndefined();
    }
    expect(dayReader('DD.MM.YYYY')!('07x11x2004')).toBeUndefined();
  });

  it('rejects patterns that are incomplete or repeat a part', () => {
    for (const pattern of ['', 'YYYY-MM', 'DD-MM-YY-YYYY', 'day', 'HH:mm']) expect(dayReader(pattern)).toBeUndefined();
  });
});
