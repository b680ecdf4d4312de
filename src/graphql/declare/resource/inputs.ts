import type { InputFieldMap } from '@pothos/core';
import { SQL } from 'drizzle-orm';
import { z } from 'zod';
import { uuidField, versionField } from '../../../lib/fields.ts';
import { expectedVersion, type InputBuilder } from '../mutation.ts';
import type { AnyOperation } from './any-spec.ts';
import type { Field } from './fields.ts';
import type { Model } from './model.ts';
import { describeWithLimits, firstClause, toWords } from './naming.ts';
import { rowId } from './row-id.ts';
import { isUnique } from './unique.ts';

/** Whether an operation makes a new row or changes an existing one. */
export type Kind = 'create' | 'change';

/**
 * The fields that an operation writes. Throws for a column that is not among the fields, or that only the server may
 * write.
 */
export const writtenBy = ({ spec, fields }: Model, { writes = [] }: AnyOperation): Field[] =>
  writes.map((column) => {
    const field = fields.find((each) => each.column === column);
    if (!field) throw new Error(`${spec.name} writes ${column}, which is not among its fields`);
    if (field.standard && column !== 'externalReference')
      throw new Error(`${spec.name} writes ${column}, which only the server may write`);
    return field;
  });

/** The name in inputs: references are named after their column, such as `projectId`. */
export const inputKey = ({ key, column, reference }: Field): string => (reference ? column : key);

/** The constant default of the column, unless the declaration has a default of its own. */
const columnDefault = ({ pg, options }: Field): unknown =>
  options.default || pg.default instanceof SQL ? undefined : (pg.default ?? undefined);

/** Whether a new row needs the field. */
export const isRequired = ({ pg, options }: Field): boolean => pg.notNull && !pg.hasDefault && !options.default;

function checkOf({ options, kind, values }: Field): z.ZodType {
  if (options.check) return options.check;
  return values ? z.enum(values.all as [string, ...string[]]) : kind.check;
}

function inputCheck(kind: Kind, field: Field): z.ZodType {
  const check = checkOf(field);
  if (kind === 'change') return field.pg.notNull ? check.optional() : check.nullish();
  if (isRequired(field)) return check;
  const value = columnDefault(field);
  return value === undefined ? check.optional() : check.default(value);
}

const rowChecks = { id: uuidField, expectedVersion: versionField.nullish() };

/** Validates what a client may write; the keys are those of the input. */
export const schemaOf = (kind: Kind, written: readonly Field[]) =>
  z.object({
    ...(kind === 'change' && rowChecks),
    ...Object.fromEntries(written.map((field) => [inputKey(field), inputCheck(kind, field)])),
  });

/** The input fields of an operation in the graph. */
export function inputFields(model: Model, kind: Kind, written: readonly Field[], { input }: AnyOperation) {
  return (t: InputBuilder): InputFieldMap => ({
    ...(kind === 'change' && rowInputs(t, model)),
    ...Object.fromEntries(written.map((field) => [inputKey(field), inputField(t, model, kind, field)])),
    ...input?.(t),
  });
}

const rowInputs = (t: InputBuilder, { table, noun }: Model): InputFieldMap => ({
  id: rowId(t, table, { required: true, description: `The ${noun}.` }),
  expectedVersion: expectedVersion(t),
});

function inputField(t: InputBuilder, model: Model, kind: Kind, field: Field) {
  const required = kind === 'create' && isRequired(field);
  const description = describe(model, kind, field);
  const { reference, values, options } = field;
  if (reference) return rowId(t, reference.target, { required, description });
  const type = values?.ref ?? scalarOf(field);
  const { list, maxLength, maxItems } = field.kind;
  const bounds = options.check ? {} : { ...(maxLength && { maxLength }), ...(maxItems && { maxItems }) };
  return t.field({ type: (list ? [type] : type) as never, required, description, ...bounds } as never);
}

const scalarOf = ({ options: { type, inputType }, kind }: Field): string =>
  inputType ?? (type === 'Money' ? 'Decimal' : (type ?? kind.scalar));

function describe(model: Model, kind: Kind, field: Field): string {
  const { column, kind: of, options, reference, standard } = field;
  if (standard) return `Your own key of this ${model.noun}; unique.`;
  const { inputDescription, default: declared, notBefore, needs, description } = options;
  const isParent = reference !== undefined && reference === model.parent;
  const clause = inputDescription ?? (isParent ? `The ${toWords(reference.relation)}` : description);
  const value = typeof declared === 'object' ? declared.description : (declared ?? columnDefault(field));
  return describeWithLimits(
    firstClause(clause),
    [options.check ? undefined : of.bounds, notBefore && `not before \`${notBefore}\``],
    [
      kind === 'create' && value !== undefined ? `${String(value) || 'none'} by default` : undefined,
      isUnique(model, column) ? 'unique' : undefined,
      needs && `needs ${needs}`,
    ],
  );
}
