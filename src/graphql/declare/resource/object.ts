import type { FieldMap, FieldRef } from '@pothos/core';
import { money } from '../../../lib/money.ts';
import type { Context } from '../../context.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import { Money } from '../money.ts';
import type { Field } from './fields.ts';
import { extensionsOf, type Model } from './model.ts';

/** The field builder of Pothos for a row of any table. */
interface RowFields {
  expose(column: string, options: object): FieldRef<SchemaTypes>;
  relation(name: string, options: object): FieldRef<SchemaTypes>;
  field(options: object): FieldRef<SchemaTypes>;
}

export type Node = ReturnType<typeof defineNode>;

/** Makes the GraphQL type that shows the rows. */
export function defineNode(model: Model) {
  const { table, rows, spec, fields } = model;
  return builder.drizzleNode(table, {
    name: spec.name,
    description: spec.description,
    id: { column: rows.id },
    select: { columns: {} },
    extensions: extensionsOf(model),
    fields: (t: RowFields): FieldMap =>
      Object.fromEntries(fields.map((field) => [field.key, outputField(t, field, model)])),
  } as never);
}

function outputField(t: RowFields, field: Field, model: Model): FieldRef<SchemaTypes> {
  const { column, pg, kind, options, reference, values } = field;
  const described = {
    description: options.description,
    ...(options.needs && { authScopes: { permission: options.needs } }),
  };
  const nullable = !pg.notNull || options.needs !== undefined;
  // Viewers of a part always see its parent; they may not see other rows that it refers to
  if (reference)
    return t.relation(reference.relation, {
      ...described,
      nullable: nullable || !(reference === model.parent || options.alwaysVisible),
    });
  if (options.type === 'Money') {
    const resolve = (row: Record<string, string | null>, _args: unknown, ctx: Context) =>
      money(row[column] ?? null, ctx.tenant.currency);
    return t.field({ ...described, type: Money, nullable, select: { columns: { [column]: true } }, resolve });
  }
  const type = values?.ref ?? options.type ?? kind.scalar;
  return t.expose(column, { ...described, type: kind.list ? [type] : type, nullable });
}
