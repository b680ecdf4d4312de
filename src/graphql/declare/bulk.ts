import type { FieldRef } from '@pothos/core';
import type { errorPolicies, RowOutcome } from '../../access/each-row.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { encodeGlobalId } from './global-id.ts';
import type { InputBuilder } from './mutation.ts';

export const ErrorPolicyEnum = builder.enumType('ErrorPolicy', {
  description: 'What happens to the other rows of a bulk change if some fail.',
  values: {
    REJECT_EVERYTHING: { description: 'No row is saved, and the answer is an error that lists the failures.' },
    REJECT_FAILED_ROWS: { description: 'The other rows are saved; `results` has the error of each failed row.' },
  } satisfies Record<(typeof errorPolicies)[number], { description: string }>,
});

/** The argument of every bulk change. */
export const errorPolicy = (t: InputBuilder) =>
  t.field({
    type: ErrorPolicyEnum,
    required: true,
    defaultValue: 'REJECT_EVERYTHING' as const,
    description: 'What happens to the other rows if some fail.',
  });

interface RowResultShape {
  index: number;
  id: string | null;
  code: string | null;
  field: string | null;
  message: string | null;
}

const RowResult = builder.objectRef<RowResultShape>('RowResult').implement({
  description: 'The result of one row of a bulk change.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Position of the row in the input, from 0.' }),
    id: t.exposeID('id', {
      nullable: true,
      description: 'The object that was created or changed; null when the row failed.',
    }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'Error code of a failed row; null when it succeeded.',
    }),
    field: t.exposeString('field', {
      nullable: true,
      description: 'Path of the argument that made the row fail; null when it succeeded.',
    }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'Error message of a failed row; null when it succeeded.',
    }),
  }),
});

/** A payload field with the result of each row of a bulk change, in the order of the input. */
export function rowResults<Shape>(
  t: PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Shape>,
  typename: string,
  outcomesOf: (shape: Shape) => readonly RowOutcome[],
): FieldRef<SchemaTypes, unknown> {
  return t.field({
    type: [RowResult],
    description: 'The result of each row, in the order of the input.',
    resolve: (shape) => outcomesOf(shape as Shape).map((outcome) => toResult(typename, outcome)),
  }) as FieldRef<SchemaTypes, unknown>;
}

const toResult = (typename: string, outcome: RowOutcome): RowResultShape =>
  'id' in outcome
    ? { index: outcome.index, id: encodeGlobalId(typename, outcome.id), code: null, field: null, message: null }
    : { index: outcome.index, id: null, ...outcome.failure, field: outcome.failure.field ?? null };
