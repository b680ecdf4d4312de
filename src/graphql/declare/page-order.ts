import type { InputRef } from '@pothos/core';
import type { SQL, Table } from 'drizzle-orm';
import type { TableName } from '../../access/row-rules.ts';

export interface OrderInput {
  field: string;
  direction: 'asc' | 'desc';
}

/** What a page query needs to be in a stable total order; the primary key is always its last column. */
export interface PageOrder {
  orderBy: Record<string, 'asc' | 'desc'>;
  extras?: Record<string, (table: Table) => SQL>;
}

/** What an expression to sort by gives: the place among the values of an enum, or what its column holds. */
export type SortKind = 'position' | { column: string };

export interface Ordering<T extends TableName = TableName> {
  table: T;
  ref: InputRef<OrderInput>;
  order(input: readonly OrderInput[] | null | undefined): PageOrder;
  /** Of a sort key that is an expression; undefined for any other key. */
  kindOf(sortKey: string): SortKind | undefined;
  /** Whether an order of this table leaves no two rows equal; otherwise the id is its last level. */
  isTotal(orderBy: PageOrder['orderBy']): boolean;
}
