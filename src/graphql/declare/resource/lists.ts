import { is, Many, type Relation } from 'drizzle-orm';
import type { TableName } from '../../../access/row-rules.ts';
import type { Context } from '../../context.ts';
import { aggregatesOf, defineKeys } from '../aggregate/define-aggregate.ts';
import { builder } from '../builder.ts';
import { filterAlsoBy, filterOf } from '../filters.ts';
import { defineConnection, definePage, listOf, overRows, type PageInput } from '../pages.ts';
import { type ColumnReference, relationsOf } from './fields.ts';
import { defineListFilter } from './list-filter.ts';
import { defineListOrder } from './list-order.ts';
import { extensionsOf, type Model } from './model.ts';
import type { Node } from './object.ts';

type Page = ReturnType<typeof definePage<TableName>>;
type Connection = ReturnType<typeof defineConnection>;

/** Defines the filter, the order, the connection, the root field with all rows, and the lists under referenced rows. */
export function defineLists(model: Model, node: Node): { page: Page; connection: Connection } {
  const { spec, fields } = model;
  const page = definePage(defineListFilter(model), defineListOrder(model), spec.hiddenBy);
  const aggregates = aggregatesOf(model, page);
  const connection = defineConnection(node as never, spec.name, aggregates.onConnection);
  defineKeys(model, node);
  if (spec.list !== false) {
    defineRootField(model, node, page, connection);
    aggregates.defineRootField();
  }
  for (const { reference, options } of fields)
    if (reference && options.listDescription)
      defineListUnder(model, reference, options.listDescription, page, connection);
  return { page, connection };
}

function defineRootField(model: Model, node: Node, page: Page, connection: Connection): void {
  const { table, spec, nouns } = model;
  builder.queryField(table, (t) =>
    t.drizzleConnection(
      {
        type: node,
        args: page.args,
        authScopes: { reads: table },
        ...overRows(table, (_root: object, args: PageInput) => page.where(args), {
          ...listOf(page),
          ...extensionsOf(model),
        }),
        description: spec.list || `The ${nouns} of the organization.`,
        resolve: (query: (page: object) => object, _root: unknown, args: PageInput, ctx: Context) =>
          ctx.db.query[table].findMany(query(page.query(args))),
      } as never,
      ...(connection as never as []),
    ),
  );
}

/** Adds a list of these rows to the referenced type, and a filter by them to its filter. */
function defineListUnder(
  model: Model,
  reference: ColumnReference,
  listDescription: string | true,
  page: Page,
  connection: Connection,
): void {
  const { table, spec, noun, nouns } = model;
  const name = relationBack(table, reference);
  const description = listDescription === true ? `Its ${nouns}.` : listDescription;
  builder.drizzleObjectFields(reference.target, (t) => ({
    [name]: t.relatedConnection(
      name as never,
      { args: page.args, totalCount: true, description, query: page.query, extensions: extensionsOf(model) } as never,
      ...(connection as never as []),
    ),
  }));
  filterAlsoBy(reference.target, name, {
    filter: () => filterOf(table),
    description: `At least one ${noun} matches.`,
    ...(spec.module && { module: spec.module }),
  });
}

function relationBack(table: TableName, { relation, target }: ColumnReference): string {
  const { sourceColumns, targetColumns } = relationsOf(table)[relation]!;
  const leadsBack = (back: Relation) =>
    is(back, Many) &&
    !back.throughTable &&
    back.targetTableName === table &&
    back.sourceColumns[0] === targetColumns[0] &&
    back.targetColumns[0] === sourceColumns[0];
  const found = Object.entries(relationsOf(target)).find(([, back]) => leadsBack(back));
  if (!found)
    throw new Error(`${target} has no relation that leads back to ${table}.${relation}: add it to relations.ts`);
  return found[0];
}
