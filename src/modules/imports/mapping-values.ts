import { z } from 'zod';
import { canonicalZone } from '../../lib/zoned-time.ts';
import { dayReader } from './day-format.ts';
import { timeReader } from './time-format.ts';

/** One of these, or several. */
export const list = <T extends z.ZodType>(one: T, most: number) =>
  z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(one).min(1).max(most));

/** Text with columns in it: `{First} {Last}`. Numbers and flags of YAML are texts, too. */
export const template = z.union([z.string().min(1), z.number(), z.boolean()]).transform(String);
export const templates = z.union([template.transform((one) => [one]), z.array(template).min(1).max(20)]);

export const dayPattern = z
  .string()
  .max(50)
  .refine((pattern) => pattern === 'instant' || dayReader(pattern) !== undefined, 'not a pattern of days');
export const instantPattern = z
  .string()
  .max(50)
  .refine((pattern) => timeReader(pattern) !== undefined, 'not a pattern of times');
export const timeZone = z.string().transform((name, ctx) => {
  const zone = canonicalZone(name);
  if (zone === undefined) ctx.addIssue('not a time zone');
  return zone ?? z.NEVER;
});

const texts = list(template, 100).optional();

const longCondition = z.strictObject({ of: templates, is: texts, not: texts, absent: z.literal(true).optional() });

/** What a row must have: some text, or one of these texts, or none of those, or no text. */
export const condition = z.union([
  template.transform((one): z.output<typeof longCondition> => ({ of: [one] })),
  longCondition,
]);
export type Condition = z.output<typeof condition>;

const longValue = z
  .strictObject({
    /** The first of these that is there. */
    of: templates.optional(),
    /** The lowest of these. */
    earliest: templates.optional(),
    /** Of hours: the two ends of the work. */
    from: templates.optional(),
    to: templates.optional(),
    /** Of lists: the list whose elements each have the value; `{.}` is the element, `{.name}` a column of it. */
    each: z.string().min(1).optional(),
    /** Of lists: what separates several values in one text. */
    split: z.string().min(1).max(10).optional(),
    /** Takes a part of the text, which is cut at the first places where `by` is. */
    cut: z
      .strictObject({
        by: z.string().min(1).max(10),
        part: z.number().int().min(1),
        of: z.number().int().min(1).max(20),
      })
      .optional(),
    /** The table in which the text is looked up. */
    lookup: z.string().optional(),
    /** What each value becomes; null leaves the field out. Any other value makes the row a bad one. */
    map: z.record(z.string(), template.nullable()).optional(),
    /** What a value becomes that is absent, or that the map does not have; null leaves the field out. */
    otherwise: template.nullable().optional(),
    /** Of a number: hours become days. */
    divideBy: z.number().int().min(2).max(100_000).optional(),
    /** Of hours: what a plain number counts; the hours are rounded to two digits. */
    unit: z.enum(['hours', 'minutes', 'seconds']).optional(),
    /** Of hours: the number of minutes to whose multiples they are rounded. */
    roundTo: z.number().int().min(1).max(480).optional(),
    /** How the days of this field are written. */
    days: dayPattern.optional(),
    /** How its times are written. */
    instants: instantPattern.optional(),
    zone: timeZone.optional(),
  })
  .refine(
    ({ of, earliest, from, to, each }) =>
      [of ?? each, earliest, from && to].filter((each) => each !== undefined).length === 1 && !from === !to,
    'needs either `of` or `earliest`, or of hours `from` and `to`',
  );

/** How one value is made; `any`: the first of these that is there. */
export interface ValueSpec extends z.output<typeof longValue> {
  any?: readonly ValueSpec[];
}

const oneOf = z.union([template.transform((one): ValueSpec => ({ of: [one] })), longValue]);

/** How one field of a record is made of the columns of a row. */
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
  { error: 'not text with {Columns}, a list of such, or one of `of` and `earliest` with its options' },
);
