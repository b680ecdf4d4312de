import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../lib/errors.ts';
import { toIssues } from '../../lib/input.ts';
import { csvSyntax, encoding, file, lookup } from './mapping-file.ts';
import { sections } from './mapping-parts.ts';
import { condition, dayPattern, instantPattern, list, timeZone } from './mapping-values.ts';

const mostParts = 20;

const mappingSchema = z.strictObject({
  /** The name of the source: imported messages and time entries have the source `import:<name>`. */
  name: z
    .string()
    .max(50)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single hyphens'),
  file,
  /** Texts that mean "no value". */
  absent: z.array(z.string()).max(100).default(['']),
  /** A row that does not meet all of these conditions is ignored. */
  only: list(condition, mostParts).default([]),
  days: dayPattern.default('YYYY-MM-DD'),
  instants: instantPattern.optional(),
  /** The time zone of times that name none, and of the days that `days: instant` yields. */
  zone: timeZone.default('UTC'),
  numbers: z
    .strictObject({
      decimal: z.enum(['.', ',']).default('.'),
      thousands: z.enum(['', ' ', '.', ',', "'", '’']).default(''),
    })
    .refine(({ decimal, thousands }) => decimal !== thousands, 'decimal and thousands must differ')
    .default({ decimal: '.', thousands: '' }),
  join: z
    .array(
      z.strictObject({
        /** A file in the folder of the imported one. */
        file: z.string().min(1),
        on: z.string().min(1),
        encoding,
        ...csvSyntax,
      }),
    )
    .max(mostParts)
    .default([]),
  lookups: z.record(z.string(), lookup).default({}),
  ...sections,
});

/** Defines how the rows of a file become records; see `docs/import.md`. */
export type Mapping = z.output<typeof mappingSchema>;
export type SourceFile = Mapping['file'];
export type Join = Mapping['join'][number];
export type Lookup = Mapping['lookups'][string];

/** The kinds of imports, and the parts that the mapping of each must have. */
export const importKinds = {
  tasks: ['project', 'task'],
  time: ['project', 'person', 'time'],
  messages: ['channel', 'person', 'message'],
} as const satisfies Record<string, readonly (keyof typeof sections)[]>;
export type ImportKind = keyof typeof importKinds;

/** Options of the command line that override the mapping. */
export interface FileOverrides {
  encoding?: string | undefined;
  delimiter?: string | undefined;
}

/** Parses the mapping for a kind of import. Throws BAD_INPUT with one line per problem. */
export function parseMapping(yaml: string, kind: ImportKind, overrides: FileOverrides = {}): Mapping {
  const given = withOverrides(readYaml(yaml), overrides);
  const result = mappingSchema.safeParse(given);
  if (!result.success) throw invalidMapping(toIssues(result.error.issues));
  const problems = [...missingParts(result.data, kind), ...contradictions(result.data)];
  if (problems.length > 0) throw invalidMapping(problems);
  return result.data;
}

/** The kind of import that a mapping is for, by the parts that it has. */
export function kindOf(yaml: string): ImportKind {
  const given = readYaml(yaml);
  const parts = typeof given === 'object' && given !== null ? given : {};
  if ('message' in parts) return 'messages';
  return 'time' in parts && !('status' in Object(Reflect.get(parts, 'task'))) ? 'time' : 'tasks';
}

const longestMapping = 100_000;

/**
 * Parses YAML. The parser works recursively and expands aliases: the bound on the length limits its time, and a
 * document on which it gives up is rejected.
 */
function readYaml(yaml: string): unknown {
  if (yaml.length > longestMapping)
    throw invalidMapping([{ path: [], message: `has more than ${longestMapping} characters` }]);
  try {
    const document = parseDocument(yaml);
    const [error] = document.errors;
    if (error) throw invalidMapping([{ path: [], message: error.message.split('\n', 1)[0]! }]);
    return document.toJS();
  } catch (error) {
    if (error instanceof RangeError) throw invalidMapping([{ path: [], message: 'is nested too deeply' }]);
    if (error instanceof ReferenceError) throw invalidMapping([{ path: [], message: 'expands too many aliases' }]);
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
    .map((part) => ({ path: [part], message: `is required to import ${kind}` }));

/** Finds parts that require other parts, and files outside the folder of the imported file. */
function contradictions(mapping: Mapping): Problem[] {
  const { task, time, person, project, join, lookups } = mapping;
  const problems: Problem[] = [];
  if (task?.assignee && !person) problems.push({ path: ['person'], message: 'is required by task.assignee' });
  if (task && time?.task)
    problems.push({
      path: ['time', 'task'],
      message: 'cannot be combined with the part task, which is the task of the row',
    });
  if (time && !person) problems.push({ path: ['person'], message: 'is required by time.person' });
  if (mapping.comment && !person) problems.push({ path: ['person'], message: 'is required by comment.author' });
  if ((task || time) && !project)
    problems.push({ path: ['project'], message: 'is required by the parts task and time' });
  const files = [
    ...join.map(({ file: name }, index) => ({ path: ['join', index, 'file'], name })),
    ...Object.entries(lookups).map(([key, { file: name }]) => ({ path: ['lookups', key, 'file'], name })),
  ];
  const outside = files.find(({ name }) => name !== undefined && path.basename(name) !== name);
  if (outside) problems.push({ path: outside.path, message: 'must be in the folder of the imported file' });
  return problems;
}

function invalidMapping(issues: Problem[]): AppError {
  const lines = issues.map(
    ({ path: where, message }) => `mapping: ${where.length ? `${where.join('.')}: ` : ''}${message}`,
  );
  return new AppError('BAD_INPUT', lines.join('\n'), { field: 'map', issues });
}
