import iconv from 'iconv-lite';
import { z } from 'zod';
import { list, template, templates } from './mapping-values.ts';

const encodingName = z.string().refine((name) => iconv.encodingExists(name), 'not a known encoding');
export const encoding = encodingName.default('utf-8');
const character = z.string().length(1);

/** The syntax of a CSV file. */
export const csvSyntax = {
  delimiter: z
    .string()
    .min(1)
    .max(4)
    .refine((text) => !/[\n\r]/.test(text), 'not a delimiter')
    .default(','),
  /** Null if fields are never quoted. */
  quote: character.nullable().default('"'),
  escape: character.default('"'),
};

// For a folder: a glob of the files to import
const files = z
  .string()
  .max(200)
  .refine((pattern) => !pattern.split('/').includes('..') && !pattern.startsWith('/'), 'must stay in the folder')
  .optional();
/** For JSON: the paths of the lists whose objects are rows. By default the document itself is the list. */
const records = list(z.string().min(1), 20).optional();

export const file = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal('csv'), encoding, files, ...csvSyntax }),
  z.strictObject({ format: z.literal('json-lines'), encoding, files }),
  z.strictObject({ format: z.literal('json'), encoding, files, records }),
  z.strictObject({ format: z.literal('xml'), encoding, files, record: z.string().min(1) }),
]);

/** A table for translating values. Its rows come from the imported file, or from another file in the same folder. */
export const lookup = z.strictObject({
  file: z.string().min(1).optional(),
  records,
  key: template,
  value: templates,
});
