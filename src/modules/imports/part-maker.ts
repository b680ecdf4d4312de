import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../../lib/errors.ts';
import { toIssues } from '../../lib/input.ts';
import type { Cells } from './cells.ts';
import type { Condition, ValueSpec } from './mapping-values.ts';
import { compileTemplate } from './template.ts';
import { type Compilation, compileList, compileText, compileValue, type ValueKind } from './value.ts';

export type Maker<T> = (cells: Cells) => T;
type Fields = Readonly<Record<string, ValueSpec | readonly ValueSpec[] | undefined>>;

const kinds: Readonly<Record<string, ValueKind>> = {
  ...{ startDate: 'day', dueDate: 'day', completedOn: 'day', day: 'day' },
  ...{ sentAt: 'instant', at: 'instant' },
  ...{ hours: 'hours', estimateDays: 'hours', position: 'number' },
};

const longestReference = 200;

/**
 * Compiles the reference of a part. A long reference is shortened, with a digest that keeps it unique.
 */
export function referenceMaker(spec: ValueSpec, field: string, compilation: Compilation): Maker<string> {
  const textOf = compileText(spec, field, compilation);
  return (cells) => shortReference(textOf(cells));
}

export function shortReference(text: string): string {
  if (text.length <= longestReference) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${text.slice(0, 100)}#${digest}`;
}

/** Compiles a part of the mapping. Its reference is required; other fields are null if they have no value. */
export function partMaker<S extends z.ZodType>(
  part: string,
  { reference, ...fields }: { reference: ValueSpec } & Fields,
  schema: S,
  compilation: Compilation,
): Maker<z.output<S>> {
  const referenceOf = referenceMaker(reference, `${part}.reference`, compilation);
  const valuesOf = fieldsMaker(part, fields, compilation);
  return (cells) => checkPart(part, schema, { reference: referenceOf(cells), ...valuesOf(cells) });
}

/** Compiles the fields of a part, without its reference. */
export function fieldsMaker(part: string, fields: Fields, compilation: Compilation): Maker<Record<string, unknown>> {
  const makers = Object.entries(fields).flatMap(([key, spec]) =>
    spec === undefined ? [] : [[key, fieldMaker(`${part}.${key}`, spec, compilation, kinds[key])] as const],
  );
  return (cells) => Object.fromEntries(makers.map(([key, make]) => [key, make(cells)]));
}

function fieldMaker(
  field: string,
  spec: ValueSpec | readonly ValueSpec[],
  compilation: Compilation,
  kind: ValueKind | undefined,
): Maker<string | string[] | null> {
  if ('length' in spec) {
    const lists = spec.map((each) => compileList(each, field, compilation));
    return (cells) => [...new Set(lists.flatMap((listOf) => listOf(cells)))];
  }
  const value = compileValue(spec, field, compilation, kind);
  return (cells) => value(cells) ?? null;
}

/** Validates a part. Throws BAD_INPUT with the reasons. */
export function checkPart<S extends z.ZodType>(part: string, schema: S, made: Record<string, unknown>): z.output<S> {
  const result = schema.safeParse(made);
  if (result.success) return result.data;
  const reasons = toIssues(result.error.issues).map(({ path, message }) => {
    const missing = path.length === 1 && made[path[0]!] === null;
    return `${[part, ...path].join('.')}: ${missing ? 'no value' : message}`;
  });
  throw new AppError('BAD_INPUT', reasons.join('; '));
}

/** Compiles conditions that must all hold. */
export function conditionOf(conditions: readonly Condition[] = [], compilation: Compilation): Maker<boolean> {
  const checks = conditions.map(({ of, is, not, absent }) => {
    const templates = of.map(compileTemplate);
    for (const { columns } of templates) for (const column of columns) compilation.columns.add(column);
    return (cells: Cells): boolean => {
      const text = templates.map(({ render }) => render(cells)).find((each) => each !== undefined);
      if (absent) return text === undefined;
      if (is) return text !== undefined && is.includes(text);
      return not ? text === undefined || !not.includes(text) : text !== undefined;
    };
  });
  return (cells) => checks.every((check) => check(cells));
}
