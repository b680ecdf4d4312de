import { getColumns, inArray, type Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { GraphQLSchema } from 'graphql';
import type { TableName } from '../../access/row-rules.ts';
import { notFound } from '../../lib/errors.ts';
import { relations } from '../../relations.ts';
import type { TenantDb } from '../../tenancy/tenant-session.ts';
import { externalReferenceOf, type GlobalId } from './global-id.ts';

/** An input with each decoded global id replaced by its uuid. */
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

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof URL);

type References = Map<string, Set<string>>;

/** The external references in an input, by object type. */
function referencesIn(value: unknown, into: References = new Map()): References {
  if (!isPlain(value)) return into;
  if (!isGlobalId(value)) {
    for (const part of Object.values(value)) referencesIn(part, into);
    return into;
  }
  const reference = externalReferenceOf(value.id);
  if (reference !== undefined) into.set(value.typename, (into.get(value.typename) ?? new Set()).add(reference));
  return into;
}

/** The uuids of external references, by `Type:reference`; one statement for each type. */
async function findByReference(
  db: () => TenantDb,
  schema: GraphQLSchema,
  wanted: References,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [typename, references] of wanted) {
    const model = modelOf(schema, typename);
    const table = model && (relations[model]?.table as Table | undefined);
    const columns = table && (getColumns(table) as Record<string, PgColumn>);
    if (!columns?.externalReference) continue;
    const rows = await db()
      .select({ id: columns.id!, reference: columns.externalReference })
      .from(table as never)
      .where(inArray(columns.externalReference, [...references]));
    for (const { id, reference } of rows) found.set(`${typename}:${reference}`, id as string);
  }
  return found;
}

export interface ReferenceOptions {
  /**
   * Whether an unknown external reference is replaced by an id that no row has, so that only its row of a bulk change
   * fails, and not the whole change.
   */
  lenient?: boolean;
}

const nonexistentId = '00000000-0000-0000-0000-000000000000';

/** Replaces global ids by uuids, at any depth. Throws NOT_FOUND for an external reference that no row has. */
export async function withUuids<T>(
  db: () => TenantDb,
  schema: GraphQLSchema,
  input: T,
  { lenient = false }: ReferenceOptions = {},
): Promise<WithUuids<T>> {
  const found = await findByReference(db, schema, referencesIn(input));
  const uuidOf = ({ typename, id }: GlobalId, path: string): string => {
    const reference = externalReferenceOf(id);
    if (reference === undefined) return id;
    const uuid = found.get(`${typename}:${reference}`) ?? (lenient ? nonexistentId : undefined);
    if (uuid === undefined) throw notFound(typename, path);
    return uuid;
  };
  const replace = (value: unknown, path: string): unknown => {
    if (!isPlain(value)) return value;
    if (Array.isArray(value)) return value.map((item, index) => replace(item, `${path}.${index}`));
    if (isGlobalId(value)) return uuidOf(value, path);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replace(part, `${path}.${key}`)]));
  };
  return replace(input, 'input') as WithUuids<T>;
}
