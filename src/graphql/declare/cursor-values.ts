import { isUuid } from '../../lib/ids.ts';
import type { ColumnKind } from './column-kind.ts';

/** One level of an order, which determines the values that a cursor may contain there. */
export interface CursorLevel {
  kind: ColumnKind;
  /** Whether the sort key is an expression: its values have the driver's form, not that of a column. */
  expression: boolean;
}

/** The range of times of both PostgreSQL and JavaScript, in milliseconds since 1970. */
const [firstTime, lastTime] = [-210_866_803_200_000, 8_640_000_000_000_000];
const maxInteger = 2 ** 53;

const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
const isWhole = (text: string): boolean => /^-?\d{1,16}$/.test(text) && Math.abs(Number(text)) <= maxInteger;
const isNumber = (text: string): boolean => /^(-?infinity|-?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,2})?)$/i.test(text);

const day = String.raw`(?!0000)\d{4,5}-\d\d-\d\d`;
const time = String.raw`([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?([+-](0\d|1[0-4])(:[0-5]\d)?|Z)`;
const dayForm = new RegExp(`^(-?infinity|${day}( BC)?)$`);
const timestampForm = new RegExp(`^(-?infinity|${day}[ T]${time}( BC)?)$`);
const isDay = (text: string): boolean => dayForm.test(text) && isCalendarDay(text);
const isTimestamp = (text: string): boolean => timestampForm.test(text) && isCalendarDay(text);

/** Whether the day at the start of a text exists; the database fails on others. */
function isCalendarDay(text: string): boolean {
  const [, month, day] = /^\d{4,5}-(\d\d)-(\d\d)/.exec(text) ?? [];
  if (month === undefined) return true;
  const time = Date.parse(`${text.slice(0, text.indexOf('-')).slice(-4)}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).getUTCDate() === Number(day);
}

/** For each kind, the tags that Pothos writes before a value, with a check of the text after the tag. */
const columnChunks: Record<ColumnKind, Record<string, (text: string) => boolean>> = {
  uuid: { S: isUuid },
  text: { S: isText },
  texts: {},
  json: {},
  boolean: { B: (text) => /^(0|1|true|false)$/.test(text) },
  integer: { N: isWhole, I: isWhole },
  numeric: { S: isNumber, N: isNumber },
  date: { S: isDay },
  instant: { D: (text) => /^-?\d{1,16}$/.test(text) && Number(text) >= firstTime && Number(text) <= lastTime },
};

const expressionChunks: Partial<Record<ColumnKind, Record<string, (text: string) => boolean>>> = {
  instant: { ...columnChunks.instant, S: isTimestamp },
  date: { S: isDay },
  integer: { ...columnChunks.integer, S: isWhole },
};

/** Whether a value in a cursor is comparable at its level. Null always is, since columns may be null. */
export function isCursorValue(chunk: unknown, { kind, expression }: CursorLevel): boolean {
  if (chunk === null || chunk === 'Z:') return true;
  if (typeof chunk !== 'string' || chunk[1] !== ':') return false;
  const readers = (expression ? expressionChunks[kind] : undefined) ?? columnChunks[kind];
  return readers[chunk[0]!]?.(chunk.slice(2)) ?? false;
}
