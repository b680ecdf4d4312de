import type { FieldRef } from '@pothos/core';
import type { errorPolicies, RowOutcome } from '../../access/each-row.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { encodeGlobalId } from './global-id.ts';
import type { InputBuilder } from './mutation.ts';

export const ErrorPolicyEnum = builder.enumType('ErrorPolicy', {
  description: 'What happens to the other rows of a bulk change when some fail.',
  values: {
    REJECT_EVERYTHING: { description: 'Nothing is kept, and the answer is an error that lists the failures.' },
    REJECT_FAILED_ROWS: { description: 'All others are kept; each failed row says why in the answer.' },
  } satisfies Record<(typeof errorPolicies)[number], { description: string }>,
});

/** The argument of every bulk change. */
export const errorPolicy = (t: InputBuilder) =>
  t.field({
    type: ErrorPolicyEnum,
    required: true,
    defaultValue: 'REJECT_EVERYTHING' as const,
    description: 'What happens to the other rows when some fail.',
  });

interface RowResultShape {
  index: number;
  id: string | null;
  code: string | null;
  field: string | null;
  message: string | null;
}

const RowResult = builder.objectRef<RowResultShape>('RowResult').implement({
  description: 'How one row of a bulk change went.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Position of the row in the input, from 0.' }),
    id: t.exposeID('id', {
      nullable: true,
      description: 'The object that the row made or changed; null when it failed.',
    }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'Error code of a failed row; null when it went well.',
    }),
    field: t.exposeString('field', {
      nullable: true,
      description: 'Path of the argument that a failed row failed of.',
    }),
    message: t.exposeString('message', { nullable: true, description: 'What is wrong with a failed row.' }),
  }),
});

/** A payload field with how each row of a bulk change went, in the order of the input. */
export function rowResults<Shape>(
  t: PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Shape>,
  typename: string,
  outcomesOf: (shape: Shape) => readonly RowOutcome[],
): FieldRef<SchemaTypes, unknown> {
  return t.field({
    type: [RowResult],
    description: 'How each row went, in the order of the input.',
    resolve: (shape) => outcomesOf(shape as Shape).map((outcome) => toResult(typename, outcome)),
  }) as FieldRef<SchemaTypes, unknown>;
}

const toResult = (typename: string, outcome: RowOutcome): RowResultShape =>
  'id' in outcome
    ? { index: outcome.index, id: encodeGlobalId(typename, outcome.id), code: null, field: null, message: null }
    : { index: outcome.index, id: null, ...outcome.failure, field: outcome.failure.field ?? null };
