import { toDayNumber } from '../../lib/days.ts';
import { addDays, addMonths, daysInMonth, overlapOf, type Period } from './periods.ts';

/** An absence that changes how much leave accrues: less for sickness, as for work after an accident, else nothing. */
export interface Absence extends Period {
  kind: 'SICKNESS' | 'WORK_ACCIDENT' | 'NONE';
}

export interface AccrualOptions {
  /** Days of a full period of work: 30 jours ouvrables, or 25 jours ouvrés. */
  daysPerPeriod: number;
  /** The part of the period in which the person is employed. */
  employed: Period;
  /** No two of them may overlap. */
  absences: readonly Absence[];
}

/** Divisible by the length of every month, so that each day is a whole number of these units. */
const unitsPerMonth = 28 * 29 * 15 * 31;
// Divisible by 60, because a month of work gives 1/12 of the period's days, and a month of sickness 4/5 of that
const unitsPerDay = unitsPerMonth * 60;

/** Exact days in 1/`unitsPerDay`. */
interface Exact {
  units: number;
}

/**
 * The days that accrue in a period until the end of a day (Code du travail, L3141-3 to 5-1). A month of work gives 1/12
 * of the period's days. A month of sickness gives four fifths of that, in total at most four fifths of the period's
 * days. Both together give at most the period's days. Parts of months count by calendar days.
 */
export function accrue(period: Period, until: string, options: AccrualOptions): Exact {
  const { daysPerPeriod, absences } = options;
  const employed = overlapOf(options.employed, { from: period.from, to: until < period.to ? until : period.to });
  if (!employed) return { units: 0 };
  const spans = absences.flatMap((absence) => {
    const part = overlapOf(absence, employed);
    return part ? [{ ...part, kind: absence.kind }] : [];
  });
  const all = monthsOf(employed);
  const absent = sum(spans.map(monthsOf));
  const sick = sum(spans.filter(({ kind }) => kind === 'SICKNESS').map(monthsOf));
  const accident = sum(spans.filter(({ kind }) => kind === 'WORK_ACCIDENT').map(monthsOf));
  const worked = (all - absent + accident) * 5 * daysPerPeriod;
  const most = unitsPerDay * daysPerPeriod;
  const ofSickness = Math.min(sick * 4 * daysPerPeriod, (most / 5) * 4);
  return { units: Math.min(worked + ofSickness, most) };
}

/** Rounded up to whole days, which happens once, at the end of the period (L3141-7). */
export const wholeDays = ({ units }: Exact): number => Math.ceil(units / unitsPerDay);

/** With two digits, halves rounded up, as a balance shows it during the period. */
export const shownDays = ({ units }: Exact): string => (Math.round((units * 100) / unitsPerDay) / 100).toFixed(2);

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Months of a period, by the calendar days of each, in 1/`unitsPerMonth`. */
function monthsOf({ from, to }: Period): number {
  let units = 0;
  for (let start = `${from.slice(0, 7)}-01`; start <= to; start = addMonths(start, 1)) {
    const [year, month] = start.split('-').map(Number) as [number, number];
    const length = daysInMonth(year, month);
    const part = overlapOf({ from, to }, { from: start, to: addDays(start, length - 1) })!;
    units += (toDayNumber(part.to) - toDayNumber(part.from) + 1) * (unitsPerMonth / length);
  }
  return units;
}

/** The days that accrue in this many weeks; four weeks count as a month (L3141-4). */
export function accrueByWeeks({ worked, sick = 0 }: { worked: number; sick?: number }, daysPerPeriod: number): number {
  const ofSickness = Math.min((sick / 4) * (daysPerPeriod / 12) * 0.8, daysPerPeriod * 0.8);
  return Math.ceil(Math.min((worked / 4) * (daysPerPeriod / 12) + ofSickness, daysPerPeriod));
}
