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
  /** Names the source: imported history carries `import:<name>`. */
  name: z
    .string()
    .max(50)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and single hyphens'),
  file,
  /** Texts that mean "no value". */
  absent: z.array(z.string()).max(100).default(['']),
  /** Rows for which one of these does not hold are skipped. */
  only: list(condition, mostParts).default([]),
  days: dayPattern.default('YYYY-MM-DD'),
  instants: instantPattern.optional(),
  /** Where the clocks of times without a zone stood, and on which day an instant is. */
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
        /** In the folder of the imported file. */
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

/** How the rows of a file become records; described in `docs/import.md`. */
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
  if (!result.success) throw wrong(toIssues(result.error.issues));
  const problems = [...missingParts(result.data, kind), ...contradictions(result.data)];
  if (problems.length > 0) throw wrong(problems);
  return result.data;
}

/** The kind of import that a mapping is for. */
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

/** Parts that need others, and files that lie elsewhere. */
function contradictions(mapping: Mapping): Problem[] {
  const { task, time, person, project, join, lookups } = mapping;
  const problems: Problem[] = [];
  if (task?.assignee && !person) problems.push({ path: ['person'], message: 'task.assignee needs this part' });
  if (task && time?.task) problems.push({ path: ['time', 'task'], message: 'is the part task of the same row' });
  if (time && !person) problems.push({ path: ['person'], message: 'time.person needs this part' });
  if (mapping.comment && !person) problems.push({ path: ['person'], message: 'comment.author needs this part' });
  if ((task || time) && !project) problems.push({ path: ['project'], message: 'tasks and time need this part' });
  const files = [
    ...join.map(({ file: name }, index) => ({ path: ['join', index, 'file'], name })),
    ...Object.entries(lookups).map(([key, { file: name }]) => ({ path: ['lookups', key, 'file'], name })),
  ];
  const outside = files.find(({ name }) => name !== undefined && path.basename(name) !== name);
  if (outside) problems.push({ path: outside.path, message: 'must lie beside the imported file' });
  return problems;
}

function wrong(issues: Problem[]): AppError {
  const lines = issues.map(
    ({ path: where, message }) => `mapping: ${where.length ? `${where.join('.')}: ` : ''}${message}`,
  );
  return new AppError('BAD_INPUT', lines.join('\n'), { field: 'map', issues });
}
