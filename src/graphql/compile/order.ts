import { getSchemaConfig } from '@pothos/plugin-drizzle';
import { and, asc, type Column, desc, eq, gt, lt, or, type SQL, sql, type Table } from 'drizzle-orm';
import { Declined } from '../../access/decline.ts';
import { builder } from '../declare/builder.ts';
import type { ColumnKind } from '../declare/column-kind.ts';
import type { Ordering, PageOrder } from '../declare/page-order.ts';
import { isTotalOrder } from '../declare/total-order.ts';
import { kindOf } from './columns.ts';
import type { Row } from './row.ts';

/** One level of a page's order: a column, or an expression that the declaration computes. */
export interface Level {
  key: string;
  direction: 'asc' | 'desc';
  /** Absent for an expression. */
  column?: Column;
  /** How its values appear in JSON and in cursors. */
  kind: ColumnKind;
  /** The sorted and compared expression, inside the subquery that cuts the page. */
  inner: SQL;
}

/** The levels of a page's order. Adds the id as the last level, as Pothos does, unless the order is already total. */
export function levelsOf(row: Row, { orderBy, extras = {} }: PageOrder, ordering: Ordering | undefined): Level[] {
  const levels = Object.entries(orderBy).map(([key, direction]): Level => {
    if (row.has(key)) return columnLevel(row, key, direction);
    const expression = extras[key];
    const kind = ordering?.kindOf(key);
    if (!expression || !kind) throw new Declined(`orders by ${key}, which is not declared`);
    const expressed = kind === 'position' ? 'integer' : kindOf(row.column(kind.column));
    return { key, direction, kind: expressed, inner: sql`${expression(row.inner as Table)}` };
  });
  return isTotal(row, levels) ? levels : [...levels, columnLevel(row, 'id', levels.at(-1)?.direction ?? 'asc')];
}

function columnLevel(row: Row, key: string, direction: 'asc' | 'desc'): Level {
  const column = row.column(key);
  const inner = sql`${sql.identifier(row.alias)}.${sql.identifier(column.name)}`;
  return { key, direction, column, kind: kindOf(column), inner };
}

function isTotal(row: Row, levels: readonly Level[]): boolean {
  const config = getSchemaConfig(builder);
  const [tie, ...others] = config.findTieBreaker(row.name) ?? [];
  if (!tie || others.length || config.columnToTsName(tie) !== 'id')
    throw new Declined('is a page of a table without an id');
  return isTotalOrder(
    row.name,
    levels.flatMap(({ column, key }) => (column ? [key] : [])),
  );
}

const flip = { asc: 'desc', desc: 'asc' } as const;

/** `order by` for a page; reversed if the page is read backward. */
export function orderClause(levels: readonly Level[], backward: boolean): SQL {
  const terms = levels.map(({ inner, direction }) =>
    (backward ? flip[direction] : direction) === 'asc' ? asc(inner) : desc(inner),
  );
  return sql` order by ${sql.join(terms, sql`, `)}`;
}

/** Rows after or before a position: the first level that differs decides. */
export function keyset(levels: readonly Level[], values: readonly SQL[], side: 'after' | 'before'): SQL | undefined {
  const parts = levels.map(({ inner, direction }, place) => {
    const ascending = (side === 'after') === (direction === 'asc');
    const same = levels.slice(0, place).map((level, i) => eq(level.inner, values[i]));
    return and(...same, (ascending ? gt : lt)(inner, values[place]));
  });
  return or(...parts);
}
