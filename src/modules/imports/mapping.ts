import path from 'node:path';
import iconv from 'iconv-lite';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../lib/errors.ts';
import { toIssues } from '../../lib/input.ts';
import { dayReader } from './day-format.ts';

/** Text with columns in it: `{First} {Last}`. Numbers and flags of YAML are texts, too. */
const template = z.union([z.string().min(1), z.number(), z.boolean()]).transform(String);
const templates = z.union([template.transform((one) => [one]), z.array(template).min(1)]);
const dayPattern = z.string().refine((pattern) => dayReader(pattern) !== undefined, 'not a pattern of days');
const encoding = z.string().refine((name) => iconv.encodingExists(name), 'not a known encoding');
const delimiter = z.string().min(1).max(4);

const longValue = z
  .strictObject({
    /** The first of these that is there. */
    of: templates.optional(),
    /** The lowest of these. */
    earliest: templates.optional(),
    /** What each value becomes; null leaves the field out. Any other value makes the row a bad one. */
    map: z.record(z.string(), template.nullable()).optional(),
    /** What a value becomes that is absent, or that the map does not have; null leaves the field out. */
    otherwise: template.nullable().optional(),
    /** Of a number: hours become days. */
    divideBy: z.number().int().min(2).max(100_000).optional(),
    /** How the days of this field are written. */
    days: dayPattern.optional(),
  })
  .refine(({ of, earliest }) => (of === undefined) !== (earliest === undefined), 'needs either `of` or `earliest`');

/** How one field of a record is made of the columns of a row. */
const value = z.union([templates.transform((of) => ({ of })), longValue], {
  error: 'not text with {Columns}, a list of such, or one of `of` and `earliest` with its options',
});
export type ValueSpec = z.output<typeof longValue>;

const reference = template;

const sections = {
  client: z.strictObject({ reference, name: value }).optional(),
  project: z
    .strictObject({ reference, name: value, description: value.optional(), startDate: value.optional() })
    .optional(),
  person: z
    .strictObject({ reference, firstName: value, lastName: value.optional(), email: value.optional() })
    .optional(),
  task: z
    .strictObject({
      reference,
      name: value,
      description: value.optional(),
      assignee: value.optional(),
      status: value.optional(),
      priority: value.optional(),
      estimateDays: value.optional(),
      startDate: value.optional(),
      dueDate: value.optional(),
      completedOn: value.optional(),
      tags: z.array(value).optional(),
    })
    .optional(),
  time: z
    .strictObject({
      reference,
      person: value,
      /** The reference of a task that is there already; without it, the task of the same row. */
      task: template.optional(),
      day: value,
      hours: value,
      /** Hours a working day, when the hours of a row are a total; absent when they are of the one day. */
      spread: template.pipe(z.string().regex(/^(?!0+(\.0+)?$)\d+(\.\d{1,2})?$/, 'not hours of a day')).optional(),
      description: value.optional(),
      billable: value.optional(),
      status: value.optional(),
    })
    .optional(),
  channel: z.strictObject({ reference, name: value, description: value.optional() }).optional(),
  message: z
    .strictObject({ reference, author: value, sentAt: value, content: value, thread: value.optional() })
    .optional(),
};

const file = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal('csv'), encoding: encoding.default('utf-8'), delimiter: delimiter.default(',') }),
  z.strictObject({ format: z.literal('json-lines'), encoding: encoding.default('utf-8') }),
  z.strictObject({ format: z.literal('xml'), encoding: encoding.default('utf-8'), record: z.string().min(1) }),
]);

const mappingSchema = z.strictObject({
  /** Names the source: imported history carries `import:<name>`. */
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and single hyphens'),
  file,
  /** Texts that mean that there is no value. */
  absent: z.array(z.string()).default(['']),
  days: dayPattern.default('YYYY-MM-DD'),
  join: z
    .array(
      z.strictObject({
        /** Beside the imported file. */
        file: z.string().min(1),
        on: z.string().min(1),
        encoding: encoding.default('utf-8'),
        delimiter: delimiter.default(','),
      }),
    )
    .default([]),
  ...sections,
});

/** How the rows of a file become records; what `docs/import.md` describes. */
export type Mapping = z.output<typeof mappingSchema>;
export type SourceFile = Mapping['file'];
export type Join = Mapping['join'][number];

/** What a command imports, and which parts its mapping must have. */
export const importKinds = {
  tasks: ['project', 'task'],
  time: ['project', 'person', 'time'],
  messages: ['channel', 'person', 'message'],
} as const satisfies Record<string, readonly (keyof typeof sections)[]>;
export type ImportKind = keyof typeof importKinds;

/** What the command line may say differently from the mapping. */
export interface FileOverrides {
  encoding?: string | undefined;
  delimiter?: string | undefined;
}

/** Reads a mapping for a kind of import. Throws BAD_INPUT with one line for each thing wrong. */
export function parseMapping(yaml: string, kind: ImportKind, overrides: FileOverrides = {}): Mapping {
  const given = withOverrides(readYaml(yaml), overrides);
  const result = mappingSchema.safeParse(given);
  if (!result.success) throw wrong(toIssues(result.error.issues));
  const problems = [...missingParts(result.data, kind), ...contradictions(result.data)];
  if (problems.length > 0) throw wrong(problems);
  return result.data;
}

const longestMapping = 100_000;

/**
 * The values of a YAML document. The reader works recursively and expands aliases: the length bounds how long it takes, and
 * where it gives up, the document is refused.
 */
function readYaml(yaml: string): unknown {
  if (yaml.length > longestMapping) throw wrong([{ path: [], message: `has more than ${longestMapping} characters` }]);
  try {
    const document = parseDocument(yaml);
    const [error] = document.errors;
    if (error) throw wrong([{ path: [], message: error.message.split('\n', 1)[0]! }]);
    return document.toJS();
  } catch (error) {
    if (error instanceof RangeError) throw wrong([{ path: [], message: 'is nested too deeply' }]);
    if (error instanceof ReferenceError) throw wrong([{ path: [], message: 'repeats itself too often by aliases' }]);
    throw error;
  }
}

function withOverrides(given: unknown, { encoding, delimiter }: FileOverrides): unknown {
  const changes = { ...(encoding && { encoding }), ...(delimiter && { delimiter }) };
  if (Object.keys(changes).length === 0 || typeof given !== 'object' || given === null) return given;
  return { ...given, file: { ...(given as { file?: object }).file, ...changes } };
}

interface Problem {
  path: (string | number)[];
  message: string;
}

const missingParts = (mapping: Mapping, kind: ImportKind): Problem[] =>
  importKinds[kind]
    .filter((part) => mapping[part] === undefined)
    .map((part) => ({ path: [part], message: `an import of ${kind} needs this part` }));

/** Parts that need others, and days where nothing can be a day. */
function contradictions({ task, time, person, project, join }: Mapping): Problem[] {
  const problems: Problem[] = [];
  if (task?.assignee && !person) problems.push({ path: ['person'], message: 'task.assignee needs this part' });
  if (task && time?.task) problems.push({ path: ['time', 'task'], message: 'is the part task of the same row' });
  if (time && !person) problems.push({ path: ['person'], message: 'time.person needs this part' });
  if ((task || time) && !project) problems.push({ path: ['project'], message: 'tasks and time need this part' });
  const outside = join.findIndex((each) => path.basename(each.file) !== each.file);
  if (outside >= 0) problems.push({ path: ['join', outside, 'file'], message: 'must lie beside the imported file' });
  return problems;
}

function wrong(issues: Problem[]): AppError {
  const lines = issues.map(
    ({ path: where, message }) => `mapping: ${where.length ? `${where.join('.')}: ` : ''}${message}`,
  );
  return new AppError('BAD_INPUT', lines.join('\n'), { field: 'map', issues });
}
