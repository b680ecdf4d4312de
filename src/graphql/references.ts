import { eq, getColumns, type Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { GraphQLSchema } from 'graphql';
import { notFound } from '../lib/errors.ts';
import { relations } from '../relations.ts';
import type { TenantDb } from '../tenancy/binding.ts';
import { externalReferenceOf, type GlobalId } from './global-id.ts';
import type { TableName } from './row-rules.ts';

/** An input with each decoded global id replaced by the uuid it stands for. */
export type WithUuids<T> = T extends { typename: string; id: infer Id }
  ? Extract<Id, string>
  : T extends readonly (infer Item)[]
    ? WithUuids<Item>[]
    : T extends Date | URL
      ? T
      : T extends object
        ? { [K in keyof T]: WithUuids<T[K]> }
        : T;

const isGlobalId = (value: object): value is GlobalId =>
  'typename' in value && 'id' in value && Object.keys(value).length === 2;

/** The table behind an object type, or undefined. */
export const modelOf = (schema: GraphQLSchema, typename: string): TableName | undefined =>
  schema.getType(typename)?.extensions.pothosDrizzleModel as TableName | undefined;

function tableOf(schema: GraphQLSchema, typename: string): Table | undefined {
  const model = modelOf(schema, typename);
  return model && (relations[model]?.table as Table | undefined);
}

/** The uuid of the row that carries an external reference, or undefined. */
export async function findByExternalReference(
  db: TenantDb,
  schema: GraphQLSchema,
  { typename, id }: GlobalId,
): Promise<string | undefined> {
  const table = tableOf(schema, typename);
  const columns = table && (getColumns(table) as Record<string, PgColumn>);
  const reference = externalReferenceOf(id);
  if (!table || !columns?.externalReference || reference === undefined) return undefined;
  const [row] = await db
    .select({ id: columns.id! })
    .from(table as never)
    .where(eq(columns.externalReference, reference));
  return row?.id as string | undefined;
}

/** Replaces global ids by uuids, at any depth. Throws NOT_FOUND for an external reference that no row has. */
export async function withUuids<T>(
  db: () => TenantDb,
  schema: GraphQLSchema,
  value: T,
  path = 'input',
): Promise<WithUuids<T>> {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof URL)
    return value as WithUuids<T>;
  if (Array.isArray(value)) {
    const items = [];
    for (const [index, item] of value.entries()) items.push(await withUuids(db, schema, item, `${path}.${index}`));
    return items as WithUuids<T>;
  }
  if (isGlobalId(value)) {
    if (externalReferenceOf(value.id) === undefined) return value.id as WithUuids<T>;
    const id = await findByExternalReference(db(), schema, value);
    if (id === undefined) throw notFound(value.typename, path);
    return id as WithUuids<T>;
  }
  const entries: [string, unknown][] = [];
  for (const [key, part] of Object.entries(value))
    entries.push([key, await withUuids(db, schema, part, `${path}.${key}`)]);
  return Object.fromEntries(entries) as WithUuids<T>;
}
