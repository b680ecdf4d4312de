import type { InputRef } from '@pothos/core';
import type { SQL, Table } from 'drizzle-orm';
import type { TableName } from '../../access/row-rules.ts';

export interface OrderInput {
  field: string;
  direction: 'asc' | 'desc';
}

/** The order of a page query. Pothos appends the primary key, so that the order is total. */
export interface PageOrder {
  orderBy: Record<string, 'asc' | 'desc'>;
  extras?: Record<string, (table: Table) => SQL>;
}

/** The kind of values of a sort expression: positions in the list of an enum's values, or values of a column. */
export type SortKind = 'position' | { column: string };

export interface Ordering<T extends TableName = TableName> {
  table: T;
  ref: InputRef<OrderInput>;
  order(input: readonly OrderInput[] | null | undefined): PageOrder;
  /** The kind of a sort key that is an expression; undefined for any other key. */
  kindOf(sortKey: string): SortKind | undefined;
  /** Whether no two rows of the table are equal in this order; otherwise the id is its last level. */
  isTotal(orderBy: PageOrder['orderBy']): boolean;
}
