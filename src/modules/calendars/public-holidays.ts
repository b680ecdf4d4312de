import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import type { publicHolidayRegions } from './tables.ts';

export type PublicHolidayRegion = (typeof publicHolidayRegions)[number];

/** Easter Sunday as a day number, by the algorithm of Meeus, Jones and Butcher for the Gregorian calendar. */
function easterNumber(year: number): number {
  const a = year % 19;
  const [century, rest] = [Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(century / 4), century % 4];
  const g = Math.floor((8 * century + 13) / 25);
  const h = (19 * a + century - d - g + 15) % 30;
  const [i, k] = [Math.floor(rest / 4), rest % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return toDayNumber(`${yearText(year)}-${twoDigits(month)}-${twoDigits(day)}`);
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');
const yearText = (year: number): string => String(year).padStart(4, '0');

/** Easter Sunday of a year. */
export const easter = (year: number): string => fromDayNumber(easterNumber(year));

/** Days of the year with their French names (Code du travail, L3133-1). */
const fixed: readonly [day: string, name: string][] = [
  ['01-01', 'Jour de l’an'],
  ['05-01', 'Fête du Travail'],
  ['05-08', 'Victoire 1945'],
  ['07-14', 'Fête nationale'],
  ['08-15', 'Assomption'],
  ['11-01', 'Toussaint'],
  ['11-11', 'Armistice 1918'],
  ['12-25', 'Noël'],
];

/** Days after Easter Sunday. */
const moving: readonly [days: number, name: string][] = [
  [1, 'Lundi de Pâques'],
  [39, 'Ascension'],
  [50, 'Lundi de Pentecôte'],
];

interface Options {
  /** Whether Good Friday is a holiday in ALSACE_MOSELLE (L3134-13). */
  goodFriday?: boolean;
}

/**
 * The public holidays of a year by day, in the order of the days. Two that fall on one day (1 May 2008) are one entry,
 * whose name holds both.
 */
export function publicHolidays(
  region: PublicHolidayRegion,
  year: number,
  { goodFriday = true }: Options = {},
): ReadonlyMap<string, string> {
  if (region === 'NONE') return new Map();
  const sunday = easterNumber(year);
  const local: [string, string][] = [];
  if (region === 'ALSACE_MOSELLE') {
    if (goodFriday) local.push([fromDayNumber(sunday - 2), 'Vendredi saint']);
    local.push([`${yearText(year)}-12-26`, 'Saint-Étienne']);
  }
  const all = [
    ...fixed.map(([day, name]) => [`${yearText(year)}-${day}`, name] as const),
    ...moving.map(([days, name]) => [fromDayNumber(sunday + days), name] as const),
    ...local,
  ];
  const byDay = new Map<string, string>();
  for (const [day, name] of all.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const other = byDay.get(day);
    byDay.set(day, other === undefined ? name : `${other}, ${name}`);
  }
  return byDay;
}
