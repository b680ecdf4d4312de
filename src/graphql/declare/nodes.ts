import { brandWithType } from '@pothos/core';
import { getSchemaConfig, queryFromInfo } from '@pothos/plugin-drizzle';
import { getColumns, type Table } from 'drizzle-orm';
import type { GraphQLResolveInfo } from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { relations } from '../../relations.ts';
import type { Context } from '../context.ts';
import { maxIds } from '../limits/sizes.ts';
import { builder } from './builder.ts';
import { externalReferenceOf, type GlobalId } from './global-id.ts';
import { modelOf } from './references.ts';

interface Row {
  id: string;
  externalReference?: string | null;
}

/** The objects with these ids that the viewer may see, and null for the others; one statement for each type. */
async function loadNodes(ctx: Context, info: GraphQLResolveInfo, ids: readonly GlobalId[]): Promise<(Row | null)[]> {
  const byType = Map.groupBy(ids, ({ typename }) => typename);
  const found = new Map<GlobalId, Row>();
  for (const [typename, wanted] of byType) {
    for (const row of await loadRows(ctx, info, typename, wanted)) {
      for (const id of wanted) if (isOf(row, id)) found.set(id, row);
    }
  }
  return ids.map((id) => found.get(id) ?? null);
}

interface LoadOptions {
  /** Leads from the resolved field to the field that returns the rows. */
  path?: readonly string[];
  /** Values that columns of the rows must have. */
  equals?: Readonly<Record<string, string>>;
  /** Whether the visibility of these rows was already decided, for every viewer who may share them. */
  isDecided?: boolean;
}

/** The rows of a type with these ids that the viewer may see. */
export async function loadRows(
  ctx: Context,
  info: GraphQLResolveInfo,
  typename: string,
  wanted: readonly GlobalId[],
  { path, equals, isDecided = false }: LoadOptions = {},
): Promise<Row[]> {
  const model = modelOf(info.schema, typename);
  const columns = model && getColumns(relations[model].table as Table);
  if (!model || !columns || !('id' in columns)) return [];
  const uuids = wanted.filter(({ id }) => externalReferenceOf(id) === undefined).map(({ id }) => id);
  const references = wanted.map(({ id }) => externalReferenceOf(id)).filter((reference) => reference !== undefined);
  const byReference = references.length > 0 && 'externalReference' in columns;
  const where = {
    OR: [{ id: { in: uuids } }, ...(byReference ? [{ externalReference: { in: references } }] : [])],
    ...equals,
  };
  const query = queryFromInfo({
    config: getSchemaConfig(builder),
    context: ctx,
    info,
    typeName: typename,
    ...(path && { path }),
    columns: { id: true, ...(byReference && { externalReference: true }) },
  } as never) as object;
  const config = { ...query, where };
  const found = isDecided ? ctx.db.findDecided(model, config) : ctx.db.query[model].findMany(config);
  const rows = (await found) as unknown as Row[];
  for (const row of rows) brandWithType(row, typename as never);
  return rows;
}

function isOf(row: Row, { id }: GlobalId): boolean {
  const reference = externalReferenceOf(id);
  return reference === undefined ? row.id === id : row.externalReference === reference;
}

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'The object with this id; null when there is none that you may see.',
    args: { id: t.arg.globalID({ required: true, description: 'A global id.' }) },
    extensions: { chantierNodes: 'one' },
    resolve: async (_root, { id }, ctx, info) => (await loadNodes(ctx, info, [id as GlobalId]))[0] ?? null,
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: 'The objects with these ids, in this order, at most 100; null for each that you may not see.',
    args: { ids: t.arg.globalIDList({ required: true, maxItems: maxIds, description: 'Global ids.' }) },
    extensions: { chantierNodes: 'many' },
    complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
    resolve: (_root, { ids }, ctx, info) => {
      if (ids.length > maxIds) throw new AppError('BAD_INPUT', `At most ${maxIds} ids at once`, { field: 'ids' });
      return loadNodes(ctx, info, ids as GlobalId[]);
    },
  }),
}));
