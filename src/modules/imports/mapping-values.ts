import { z } from 'zod';
import { canonicalZone } from '../../lib/zoned-time.ts';
import { dayReader } from './day-format.ts';
import { timeReader } from './time-format.ts';

/** A list, or a single item that stands for a list of one. */
export const list = <T extends z.ZodType>(one: T, most: number) =>
  z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(one).min(1).max(most));

/** Text with column names in braces: `{First} {Last}`. YAML numbers and booleans count as text. */
export const template = z.union([z.string().min(1), z.number(), z.boolean()]).transform(String);
export const templates = z.union([template.transform((one) => [one]), z.array(template).min(1).max(20)]);

export const dayPattern = z
  .string()
  .max(50)
  .refine((pattern) => pattern === 'instant' || dayReader(pattern) !== undefined, 'not a day format');
export const instantPattern = z
  .string()
  .max(50)
  .refine((pattern) => timeReader(pattern) !== undefined, 'not a time format');
export const timeZone = z.string().transform((name, ctx) => {
  const zone = canonicalZone(name);
  if (zone === undefined) ctx.addIssue('not a time zone');
  return zone ?? z.NEVER;
});

const texts = list(template, 100).optional();

const longCondition = z.strictObject({ of: templates, is: texts, not: texts, absent: z.literal(true).optional() });

/** A condition on a row: that a text is present, is one of some texts, is none of some texts, or is missing. */
export const condition = z.union([
  template.transform((one): z.output<typeof longCondition> => ({ of: [one] })),
  longCondition,
]);
export type Condition = z.output<typeof condition>;

const longValue = z
  .strictObject({
    /** The first of these that is not missing. */
    of: templates.optional(),
    /** The earliest of these days. */
    earliest: templates.optional(),
    /** For hours: the times at which the work began and ended. */
    from: templates.optional(),
    to: templates.optional(),
    /** For lists: the list whose elements each give one value; `{.}` is the element, `{.name}` a column of it. */
    each: z.string().min(1).optional(),
    /** For lists: the separator between several values in one text. */
    split: z.string().min(1).max(10).optional(),
    /** Splits the text at the first `of - 1` occurrences of `by`, and takes one part, counted from 1. */
    cut: z
      .strictObject({
        by: z.string().min(1).max(10),
        part: z.number().int().min(1),
        of: z.number().int().min(1).max(20),
      })
      .optional(),
    /** The name of the table that translates the text. */
    lookup: z.string().optional(),
    /** Replaces each value; null means no value. A value without an entry makes the row invalid. */
    map: z.record(z.string(), template.nullable()).optional(),
    /** Replaces a missing value, and a value without an entry in the map; null means no value. */
    otherwise: template.nullable().optional(),
    /** Divides a number: for converting hours to days. */
    divideBy: z.number().int().min(2).max(100_000).optional(),
    /** For hours: the unit of a plain number. The result is rounded to hundredths of an hour. */
    unit: z.enum(['hours', 'minutes', 'seconds']).optional(),
    /** For hours: rounds to a multiple of this number of minutes. */
    roundTo: z.number().int().min(1).max(480).optional(),
    /** The format of days in this field. */
    days: dayPattern.optional(),
    /** The format of times in this field. */
    instants: instantPattern.optional(),
    zone: timeZone.optional(),
  })
  .refine(
    ({ of, earliest, from, to, each }) =>
      [of ?? each, earliest, from && to].filter((each) => each !== undefined).length === 1 && !from === !to,
    'needs either `of` or `earliest`, or for hours `from` and `to`',
  );

/** The definition of one value. `any` is a list of alternatives: the first one that is not missing is used. */
export interface ValueSpec extends z.output<typeof longValue> {
  any?: readonly ValueSpec[];
}

const oneOf = z.union([template.transform((one): ValueSpec => ({ of: [one] })), longValue]);

/** The definition of one field of a record, in terms of the columns of a row. */
export const value = z.union(
  [
    templates.transform((of): ValueSpec => ({ of })),
    longValue,
    z
      .array(oneOf)
      .min(1)
      .max(20)
      .transform((any): ValueSpec => ({ any })),
  ],
  { error: 'must be text with {Columns}, a list of such texts, or an object with `of` or `earliest`' },
);
