import type { EventMetadata } from '../tables.ts';
import type { LoggedChange } from './page-of-events.ts';

/** Values that columns of rows must have. */
export type Equals = Readonly<Record<string, string>>;

type Recorded = Pick<LoggedChange, 'before' | 'after'>;

/** Whether an object had the values before one of its events and may have lost them by it. */
export const leftThem = (events: readonly Recorded[], equals: Equals): boolean =>
  events.some(({ before }) => before !== null && tells(before, equals) && fits(before, equals));

/** Whether an object that is gone can have had the values: unless its events tell that it had others. */
export function mayHaveBeenAmong(events: readonly Recorded[], equals: Equals): boolean {
  const told = events.flatMap(({ before, after }) => [before, after]).filter((values) => values !== null);
  const deciding = told.filter((values) => tells(values, equals));
  return deciding.length === 0 || deciding.some((values) => fits(values, equals));
}

/** Events record the changed columns only. */
const tells = (values: EventMetadata, equals: Equals): boolean =>
  Object.keys(equals).some((column) => values[column] !== undefined);

const fits = (values: EventMetadata, equals: Equals): boolean =>
  Object.entries(equals).every(([column, value]) => values[column] === undefined || values[column] === value);
