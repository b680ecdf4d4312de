import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { minCharacters } from '../../../lib/characters.ts';
import { dayField, decimalField, nameUpTo, shortNameField, textField, uuidField } from '../../../lib/fields.ts';
import { isVisible } from '../../../lib/names.ts';
import type { ComparatorName } from '../comparators.ts';
import { formatNumber } from './naming.ts';

/** The properties that follow from a column's type and declared bounds. */
export interface ColumnKind {
  scalar: 'String' | 'Int' | 'Decimal' | 'LocalDate' | 'DateTime' | 'Boolean' | 'JSONObject' | 'ID';
  list?: true;
  /** The comparator of filters; undefined when there is none. */
  comparator?: ComparatorName;
  filtered: boolean;
  sorted: boolean;
  /** Where null can stand in an order; the first choice is the default. */
  absent?: readonly Absent[];
  /** Validates a value that is not null. */
  check: z.ZodType;
  /** The bounds, for descriptions of inputs. */
  bounds?: string | undefined;
  /** Maximum length of a text and number of items of a list, for inputs (see `../input-bounds.ts`). */
  maxLength?: number | undefined;
  maxItems?: number;
}

interface Absent {
  /** The value that null is sorted as. */
  as: SQL;
  place: 'first' | 'last';
  /** The description for clients. */
  words: string;
}

/** Bounds of a number, or of the length of a text in characters. */
interface Limits {
  min?: number | undefined;
  max?: number | undefined;
}

type KindOf = (column: PgColumn, limits: Limits) => ColumnKind;

const absentAs = (as: string, place: Absent['place'], words: string): Absent => ({ as: sql.raw(as), place, words });

function range({ min, max }: Limits): string | undefined {
  if (min !== undefined && max !== undefined) return `${formatNumber(min)} to ${formatNumber(max)}`;
  if (min !== undefined) return `at least ${formatNumber(min)}`;
  return max === undefined ? undefined : `at most ${formatNumber(max)}`;
}

const line = ({ min = 0, max = 20_000 }: Limits) => {
  if (min === 0) return shortNameField(max);
  return min === 1 ? nameUpTo(max) : nameUpTo(max).check(minCharacters(min));
};

/** Text as it was written, with its line breaks. */
const lines = ({ min = 0 }: Limits) =>
  min === 0 ? textField : textField.check(minCharacters(min)).refine(isVisible, 'needs a character that can be seen');

const textKind = (check: z.ZodType, limits: Limits): ColumnKind => ({
  scalar: 'String',
  comparator: 'String',
  filtered: true,
  sorted: true,
  absent: [absentAs(`''`, 'first', 'absent values come first')],
  check,
  bounds: `${range({ ...limits, min: limits.min || undefined })} characters`,
  maxLength: limits.max,
});

/** One line of text, such as a name. */
const label: KindOf = ({ notNull }, { min = notNull ? 1 : undefined, max = 200 }) =>
  textKind(line({ min, max }), { min, max });

/** A text of any length cannot be filtered or sorted; with `max` it is one line, and can. */
const text: KindOf = ({ notNull }, { min = notNull ? 1 : undefined, max }) => {
  const limits = { min, max: max ?? 20_000 };
  return {
    ...textKind(max === undefined ? lines(limits) : line(limits), limits),
    filtered: max !== undefined,
    sorted: max !== undefined,
  };
};

/** A fractional rank, such as the place of a task in its column: compared byte by byte. */
const rank: KindOf = () => ({ scalar: 'String', filtered: false, sorted: true, check: z.string() });

/** An enum. `inputs.ts` validates its values. */
const choice: KindOf = () => ({ scalar: 'String', filtered: true, sorted: true, check: z.string() });

const integer: KindOf = (_column, limits) => {
  const { min = -2_147_483_648, max = 2_147_483_647 } = limits;
  return {
    scalar: 'Int',
    comparator: 'Int',
    filtered: true,
    sorted: true,
    absent: [
      absentAs('-2147483648', 'first', 'absent values count as smallest'),
      absentAs('2147483647', 'last', 'absent values count as largest'),
    ],
    check: z.number().int().min(min).max(max),
    bounds: range(limits),
  };
};

/** Not negative unless `min` allows it. Padded to the scale of its column, so that an equal number is not a change. */
const numeric: KindOf = (column, limits) => {
  const [, digits = '18', places = '6'] = /\((\d+),\s*(\d+)\)/.exec(column.getSQLType()) ?? [];
  const scale = Number(places);
  const { min = 0, max = 10 ** (Number(digits) - scale) - 10 ** -scale } = limits;
  const hasScale = column.getSQLType() !== 'numeric';
  return {
    scalar: 'Decimal',
    comparator: 'Decimal',
    filtered: true,
    sorted: true,
    absent: [
      absentAs(`'-infinity'::numeric`, 'first', 'absent values count as smallest'),
      absentAs(`'infinity'::numeric`, 'last', 'absent values count as largest'),
    ],
    check: decimalField(scale, { min, max }).transform((given) => (hasScale ? withScale(given, scale) : given)),
    bounds: range(limits),
  };
};

/** `0012.5` at scale 2 becomes `12.50`. */
function withScale(given: string, scale: number): string {
  const [whole = '', fraction = ''] = given.split('.');
  const sign = whole.startsWith('-') && /[1-9]/.test(given) ? '-' : '';
  const digits = `${sign}${whole.replace(/^-?0*(?=\d)/, '')}`;
  return scale ? `${digits}.${fraction.slice(0, scale).padEnd(scale, '0')}` : digits;
}

const boolean: KindOf = () => ({
  scalar: 'Boolean',
  comparator: 'Boolean',
  filtered: true,
  sorted: false,
  check: z.boolean(),
});

const inTime =
  (scalar: 'LocalDate' | 'DateTime', type: string, check: z.ZodType): KindOf =>
  () => ({
    scalar,
    comparator: scalar,
    filtered: true,
    sorted: true,
    absent: [
      absentAs(`'infinity'::${type}`, 'last', 'absent values count as latest'),
      absentAs(`'-infinity'::${type}`, 'first', 'absent values count as earliest'),
    ],
    check,
  });

const reference: KindOf = () => ({ scalar: 'ID', filtered: false, sorted: false, check: uuidField });

const object: KindOf = () => ({
  scalar: 'JSONObject',
  filtered: false,
  sorted: false,
  check: z.record(z.string(), z.unknown()),
});

/** A list of short texts, such as tags; duplicates are dropped. */
const tags: KindOf = (_column, { max = 50 }) => ({
  scalar: 'String',
  list: true,
  filtered: false,
  sorted: false,
  check: z
    .array(line({ min: 1, max: 50 }))
    .max(max)
    .transform((list) => [...new Set(list)]),
  bounds: `at most ${max} items of at most 50 characters`,
  maxLength: 50,
  maxItems: max,
});

const kinds: readonly [RegExp, KindOf][] = [
  [/^text COLLATE "und-x-icu"$/, label],
  [/^text COLLATE "C"$/, rank],
  [/^text\[\]$/, tags],
  [/^text$/, text],
  [/^(integer|smallint)$/, integer],
  [/^numeric/, numeric],
  [/^boolean$/, boolean],
  [/^date$/, inTime('LocalDate', 'date', dayField)],
  [/^timestamp \(3\) with time zone$/, inTime('DateTime', 'timestamptz', z.date())],
  [/^uuid$/, reference],
  [/^jsonb$/, object],
];

/** Throws for a column type that is not in `kinds`: add it there. */
export function kindOf(column: PgColumn, limits: Limits): ColumnKind {
  const { dimensions = 0 } = column as { dimensions?: number };
  const element = column.getSQLType();
  const type = dimensions && !element.endsWith('[]') ? `${element}[]` : element;
  const kind = column.enumValues?.length ? choice : kinds.find(([pattern]) => pattern.test(type))?.[1];
  if (!kind) throw new Error(`${column.name}: add the column type ${type} to the kinds of columns`);
  return kind(column, limits);
}
