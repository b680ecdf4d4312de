import { Declined } from '../../access/decline.ts';
import type { Ordering, PageOrder } from '../declare/page-order.ts';
import type { ListDeclaration } from '../declare/pages.ts';
import { pageSizes } from '../limits/sizes.ts';
import type { Compiling } from './compiling.ts';
import { relatedRows, visibleRows, type Where } from './conditions.ts';
import { connectionOutput } from './connection-output.ts';
import { requireReadable } from './field-rules.ts';
import { type Level, levelsOf } from './order.ts';
import type { Output } from './output.ts';
import { Page } from './page.ts';
import { askRelation, type RelationQuery, targetOf } from './relation.ts';
import type { Row } from './row.ts';
import type { Selected } from './selection.ts';

/** The page of a whole table that a root field declares. */
export function listField(selected: Selected, page: ListDeclaration, compiling: Compiling): Output {
  requireReadable(selected, compiling.context);
  const site = compiling.site(selected);
  const { where, ...order } = page.query(compiling.template(site) as never) as PageOrder & { where?: Where };
  const row = compiling.row(page.ordering.table);
  const output = new Page({
    site,
    args: compiling.args(site),
    row,
    levels: levelsOf(row, order, page.ordering),
    source: (of) => visibleRows(of, where, compiling),
    sizes: pageSizes,
    nested: false,
  });
  return connectionOutput(selected, output, compiling);
}

/** The page of the rows that a relation leads to. */
export function connectionField(selected: Selected, parent: Row, compiling: Compiling): Output {
  const site = compiling.site(selected);
  const { first: _, last: __, after: ___, before: ____, ...args } = compiling.template(site);
  const { relation, query } = askRelation(selected, args, parent, compiling);
  // Pothos lowers the requested size to the field's maximum, so the largest request reveals the maximum
  const largest = askRelation(selected, { ...args, first: Number.MAX_SAFE_INTEGER }, parent, compiling);
  const row = compiling.row(targetOf(relation));
  const page = new Page({
    site,
    args: compiling.args(site),
    row,
    levels: relatedLevels(selected, row, query, args),
    source: (of) => relatedRows(relation, parent, of, query.where, compiling),
    sizes: { default: sizeOf(query), max: sizeOf(largest.query) },
    nested: true,
  });
  return connectionOutput(selected, page, compiling);
}

/** Pothos asks for one extra row to see whether others follow. */
function sizeOf({ limit }: RelationQuery['query']): number {
  if (limit === undefined) throw new Declined('has no limit');
  return limit - 1;
}

/** The order that Pothos chose. If it is a function, the levels come from the ordering that the field declares. */
function relatedLevels(selected: Selected, row: Row, query: RelationQuery['query'], args: object): Level[] {
  if (typeof query.orderBy === 'object' && query.orderBy) {
    return levelsOf(row, { orderBy: query.orderBy as PageOrder['orderBy'] }, undefined);
  }
  const ordering = selected.field.args.find(({ name }) => name === 'orderBy')?.extensions.chantierOrdering as
    | Ordering
    | undefined;
  if (!ordering || typeof query.orderBy !== 'function') throw new Declined('has an order that it does not declare');
  const levels = levelsOf(row, ordering.order((args as { orderBy?: never }).orderBy), ordering);
  const terms = query.orderBy(row.inner) as unknown[];
  if (terms.length !== levels.length) throw new Declined('has more order levels than it declares');
  return levels;
}
