import { type GraphQLObjectType, getNamedType } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { Compiling } from '../compile/compiling.ts';
import { visibleRows, type Where } from '../compile/conditions.ts';
import { cursorValues, readCursor, writeCursor } from '../compile/cursor.ts';
import { requireReadable } from '../compile/field-rules.ts';
import { arrayJson, textOf } from '../compile/json.ts';
import { levelsOf } from '../compile/order.ts';
import { Page } from '../compile/page.ts';
import { coordinateOf, isTypename, type Selected } from '../compile/selection.ts';
import type { PageOrder } from '../declare/page-order.ts';
import type { ListDeclaration } from '../declare/pages.ts';
import { exportColumns } from './export-columns.ts';
import type { ExportedRows } from './exported-rows.ts';
import { type FlatForm, flatRow } from './flat-row.ts';

/** More rows than any table has. */
const allRows = 1_000_000_000;

const typeUnder = ({ field }: Selected): GraphQLObjectType => getNamedType(field.type) as GraphQLObjectType;

/** All rows of a list after its `after`, whatever its page size. */
export function exportedList(
  selected: Selected,
  list: ListDeclaration,
  form: FlatForm,
  compiling: Compiling,
): ExportedRows {
  requireReadable(selected, compiling.context);
  const site = compiling.site(selected);
  const { first: _, last, ...args } = compiling.args(site);
  if (last !== null && last !== undefined) throw new Declined('an export reads forward: leave out `last`');
  const { where, ...order } = list.query(compiling.template(site) as never) as PageOrder & { where?: Where };
  const row = compiling.row(list.ordering.table);
  const levels = levelsOf(row, order, list.ordering);
  const page = new Page({
    site: { ...site, variable: new Set() },
    args,
    row,
    levels,
    source: (of) => visibleRows(of, where, compiling),
    sizes: { default: allRows, max: allRows },
    nested: false,
  });
  if (page.after) compiling.check((supplied) => readCursor(site, 'after', levels, supplied));
  if (page.before) compiling.check((supplied) => readCursor(site, 'before', levels, supplied));
  const { node, cursor } = nodeOf(selected, compiling);
  const object = compiling.object(node, typeUnder(node), row);
  const isPlain = !object.read && !cursor;
  const flat = isPlain ? flatRow({ of: node, type: typeUnder(node), row, prefix: '' }, form, compiling) : undefined;
  const columns = exportColumns(node, typeUnder(node), compiling.selections);
  const values = textOf(arrayJson(cursorValues(page.cursor)));
  return {
    object,
    flat: flat && form.row(flat),
    columns,
    from: page.cut(0),
    cursor: {
      sql: values,
      write: (text, { sites }) => writeCursor(site, levels, sites[site.index]!.args)(JSON.parse(text) as unknown[]),
    },
    cursorColumn: cursor && { key: cursor.key, place: cursor.isFirst ? 0 : columns.length },
  };
}

interface ExportedNode {
  node: Selected;
  cursor: { key: string; isFirst: boolean } | undefined;
}

/** The place of the document that selects the rows: `nodes`, or `node` in `edges`. The rest is left out. */
function nodeOf(selected: Selected, compiling: Compiling): ExportedNode {
  const parts = compiling.selections.under(selected, typeUnder(selected));
  const [rows, ...others] = parts.filter(({ field }) => field.name === 'nodes' || field.name === 'edges');
  if (!rows || others.length) throw new Declined('an export selects either `nodes` or `edges`', coordinateOf(selected));
  requireReadable(rows, compiling.context);
  if (rows.field.name === 'nodes') return { node: rows, cursor: undefined };
  const under = compiling.selections.under(rows, typeUnder(rows)).filter((part) => !isTypename(part));
  const [node, ...more] = under.filter(({ field }) => field.name === 'node');
  if (!node || more.length) throw new Declined('an export selects one `node`', coordinateOf(rows));
  requireReadable(node, compiling.context);
  const cursor = under.find(({ field }) => field.name === 'cursor');
  return { node, cursor: cursor && { key: cursor.key, isFirst: under.indexOf(cursor) < under.indexOf(node) } };
}
