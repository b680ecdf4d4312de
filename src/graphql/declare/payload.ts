import type { FieldRef, ObjectRef } from '@pothos/core';
import type { TableName } from '../../access/row-rules.ts';
import type { Context } from '../context.ts';
import type { SchemaTypes } from './builder.ts';

/**
 * A payload field that returns one or more rows of a table, by the ids that the use case returned; described for the
 * compiler.
 */
export interface PayloadDeclaration {
  table: TableName;
  many: boolean;
  /** One id (null for none), or all of them. */
  idsOf(given: unknown): unknown;
}

const payloadOf = (table: TableName, many: boolean, idsOf: (given: never) => unknown) => ({
  chantierPayload: { table, many, idsOf } as PayloadDeclaration,
});

type PayloadBuilder<Shape> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Shape>;
type Query = (selection: object) => object;

// biome-ignore lint/suspicious/noExplicitAny: the shape of the node does not matter here
type AnyNode = ObjectRef<SchemaTypes, any>;

const ownId = (shape: unknown): string => (shape as { id: string }).id;

/**
 * A payload field with the object whose id the use case returned (by default as `id`), at the end of the transaction.
 */
export function changed<Shape extends { id: string }>(
  t: PayloadBuilder<Shape>,
  type: AnyNode,
  table: TableName,
): FieldRef<SchemaTypes, unknown>;
export function changed<Shape>(
  t: PayloadBuilder<Shape>,
  type: AnyNode,
  table: TableName,
  idOf: (shape: Shape) => string | null | undefined,
): FieldRef<SchemaTypes, unknown>;
export function changed<Shape>(
  t: PayloadBuilder<Shape>,
  type: AnyNode,
  table: TableName,
  idOf: (shape: Shape) => string | null | undefined = ownId,
): FieldRef<SchemaTypes, unknown> {
  return t.drizzleField({
    type: type as never,
    nullable: true,
    description: 'The object after the change; null when you may not see it.',
    extensions: payloadOf(table, false, (shape: Shape) => idOf(shape) ?? null),
    resolve: ((query: Query, shape: Shape, _args: unknown, ctx: Context) => {
      const id = idOf(shape);
      return id ? ctx.db.query[table].findFirst(query({ where: { id } })) : null;
    }) as never,
  }) as never;
}

/** Like `changed`, for several objects in the order of their ids. */
export function changedList<Shape>(
  t: PayloadBuilder<Shape>,
  type: AnyNode,
  table: TableName,
  idsOf: (shape: Shape) => readonly string[],
): FieldRef<SchemaTypes, unknown> {
  return t.drizzleField({
    type: [type] as never,
    description: 'The objects after the change, in the order of their ids, without those that you may not see.',
    extensions: payloadOf(table, true, idsOf),
    resolve: ((query: Query, shape: Shape, _args: unknown, ctx: Context) => {
      const ids = idsOf(shape);
      return ids.length
        ? ctx.db.query[table].findMany(query({ where: { id: { in: [...ids] } }, orderBy: { id: 'asc' } }))
        : [];
    }) as never,
  }) as never;
}

/** A payload field with the global id of a deleted object. */
export const deletedId = <Shape extends { id: string }>(t: PayloadBuilder<Shape>, typename: string) =>
  t.id({ description: `The id of the deleted ${typename}.`, resolve: ({ id }) => `${typename}:${id}` });
