import type { FieldMap, ObjectRef } from '@pothos/core';
import { guardWhere } from '../../access/guarded-db.ts';
import type { TableName, WhereOf } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { Context } from '../context.ts';
import type { AllRows } from './aggregate/connection-rows.ts';
import { builder, type SchemaTypes } from './builder.ts';
import type { Filter, FilterInput } from './filters.ts';
import { filterBounds } from './input-bounds.ts';
import type { OrderInput, Ordering } from './page-order.ts';

export interface PageInput {
  where?: FilterInput | null;
  orderBy?: OrderInput[] | null;
}

/**
 * The `where` and `orderBy` arguments of a table's lists, and their translation into a query. Rows where the column
 * `hiddenBy` is set are left out, unless the filter mentions it.
 */
export function definePage<T extends TableName>(filter: Filter<T>, ordering: Ordering<T>, hiddenBy?: string) {
  const matching = (input: PageInput): WhereOf<T> | undefined => {
    const requested = filter.where(input.where);
    if (hiddenBy === undefined || mentions(input.where, hiddenBy)) return requested;
    const notHidden = { [hiddenBy]: { isNull: true } };
    return (requested ? { AND: [notHidden, requested] } : notHidden) as WhereOf<T>;
  };
  return {
    ordering,
    args: builder.args((t) => ({
      where: t.field({ type: filter.ref, description: 'Only objects that match.' }),
      orderBy: t.field({
        type: [ordering.ref],
        maxItems: filterBounds.order,
        description: 'The order; ties are broken by id.',
        extensions: { chantierOrdering: ordering },
      }),
    })),
    where: matching,
    /**
     * Connections under a row must pass the context: Pothos counts with this filter alone, so it must contain the row
     * rules.
     */
    query: (input: PageInput, ctx?: Context) => {
      const requested = matching(input);
      const where = requested && ctx ? guardWhere(ordering.table, requested, ctx.viewer) : requested;
      return { ...ordering.order(input.orderBy), ...(where && { where }) } as PageQuery<T>;
    },
  };
}

/** Whether a filter compares a column of its own rows, even inside `and`, `or` and `not`. */
function mentions(where: FilterInput | null | undefined, column: string): boolean {
  if (!where) return false;
  const parts = [where.and, where.or, where.not].flat() as (FilterInput | null | undefined)[];
  return (where[column] ?? null) !== null || parts.some((part) => mentions(part, column));
}

/** The drizzle query of a page. Sort expressions are in `extras`, which Pothos types too narrowly. */
interface PageQuery<T extends TableName> {
  where?: WhereOf<T>;
  orderBy: { [column: string]: 'asc' | 'desc' };
}

/** A root field that returns a page of a whole table, described for the compiler. */
export interface ListDeclaration {
  ordering: Ordering;
  query(input: PageInput): object;
}

/** The extensions of a root field whose `resolve` and `totalCount` only query this page. */
export const listOf = (page: ListDeclaration): { chantierList: ListDeclaration } => ({ chantierList: page });

/** A root field that returns one row of a table, such as the viewer's profile. */
export interface RowDeclaration {
  table: TableName;
  where(viewer: Viewer): object;
}

/** The extensions of a root field whose `resolve` only finds the first of these rows. */
export const rowOf = <T extends TableName>(
  table: T,
  where: (viewer: Viewer) => WhereOf<T>,
): { chantierRow: RowDeclaration } => ({ chantierRow: { table, where: where as RowDeclaration['where'] } });

/**
 * `totalCount` of a connection declared in plain Pothos, and the extensions with which its `aggregate` finds the rows.
 */
export const overRows = <T extends TableName, P extends object, A extends object>(
  table: T,
  where: (parent: P, args: A) => WhereOf<T> | undefined,
  extensions: object = {},
) => ({
  totalCount: (parent: P, args: A, ctx: Context) => ctx.db.count(table, where(parent, args)),
  extensions: { ...extensions, chantierRows: { table, where } as unknown as AllRows },
});

interface CountedConnection {
  totalCount?: number | (() => number | Promise<number>);
}

/**
 * The connection and edge types of an object type, shared by all fields that list it. `more` adds fields beside
 * `totalCount`.
 */
export function defineConnection<Shape>(
  node: ObjectRef<SchemaTypes, Shape>,
  name: string,
  more: (t: never) => FieldMap = () => ({}),
) {
  const edge = builder.edgeObject({
    type: node,
    name: `${name}Edge`,
    description: `A ${name} in a connection.`,
  } as never);
  const connection = builder.connectionObject(
    {
      type: node,
      name: `${name}Connection`,
      description: `A page of ${name} objects.`,
      fields: (t: never) => ({ totalCount: totalCountField(t), ...more(t) }),
    } as never,
    edge as never,
  );
  return [connection, edge] as const;
}

function totalCountField(t: PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, CountedConnection>) {
  return t.int({
    description: 'The number of matching objects on all pages. Counted only when selected.',
    complexity: 10,
    extensions: { pothosDrizzleTotalCount: true, chantierAllPages: true },
    resolve: ({ totalCount }) => (typeof totalCount === 'function' ? totalCount() : (totalCount ?? 0)),
  });
}
