import { type Column, getColumns, type SQL, sql, type Table } from 'drizzle-orm';
import type { TableName } from '../../access/row-rules.ts';
import { type Relations, relations } from '../../relations.ts';
import { builder } from './builder.ts';
import type { OrderInput, Ordering, PageOrder } from './page-order.ts';
import { isTotalOrder } from './total-order.ts';

type ColumnOf<T extends TableName> = keyof Relations[T]['table']['_']['columns'] & string;

interface OrderField<T extends TableName> {
  column: ColumnOf<T>;
  description: string;
  /** For a nullable column: the value that null is sorted as, such as `'infinity'::date`. */
  absent?: SQL;
  /** For an enum: its values in sort order; as text they would sort by their names. */
  values?: readonly string[];
}

export const OrderDirection = builder.enumType('OrderDirection', {
  description: 'The direction of an order.',
  values: {
    ASC: { value: 'asc', description: 'Smallest first.' },
    DESC: { value: 'desc', description: 'Largest first.' },
  } as const,
});

const positionIn = (values: readonly string[], column: unknown): SQL =>
  sql`array_position(array[${sql.raw(values.map((value) => `'${value}'`).join(', '))}], ${column})`;

/** Whether a text column has no collation of its own, so that its order would depend on the database server. */
const isUncollated = (column: Column): boolean => column.getSQLType() === 'text' && !column.enumValues?.length;

const collated = (text: unknown): SQL => sql`${text} collate "und-x-icu"`;

const sortKey = (field: string): string => `sort_${field}`;

/** Declares the fields by which a table can be ordered. `defaultOrder` applies when the client gives none. */
export function defineOrder<T extends TableName>(
  typeName: string,
  table: T,
  fields: Record<string, OrderField<T>>,
  defaultOrder: readonly OrderInput[] = [],
): Ordering<T> {
  const fieldEnum = builder.enumType(`${typeName}OrderField`, {
    description: `The keys that a list of ${typeName} objects can be ordered by.`,
    values: Object.fromEntries(
      Object.entries(fields).map(([key, { description }]) => [key, { value: key, description }]),
    ),
  });
  const ref = builder.inputRef<OrderInput>(`${typeName}Order`).implement({
    description: 'One level of an ordering: a later level orders objects that are equal in the earlier ones.',
    fields: (t) => ({
      field: t.field({ type: fieldEnum, required: true, description: 'The key to order by.' }) as never,
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'asc',
        description: 'Ascending by default.',
      }) as never,
    }),
  });
  const kinds = new Map(
    Object.entries(fields).map(
      ([key, { column, values }]) => [sortKey(key), values ? 'position' : { column }] as const,
    ),
  );
  const columns = getColumns(relations[table].table as Table);
  return {
    table,
    ref,
    kindOf: (key) => kinds.get(key),
    isTotal: (orderBy) => isTotalOrder(table, Object.keys(orderBy)),
    order(input) {
      const result: PageOrder = { orderBy: {} };
      for (const { field, direction } of input?.length ? input : defaultOrder) {
        const { column, absent, values } = fields[field]!;
        const uncollated = isUncollated(columns[column]!);
        const isExpression = Boolean(absent ?? values) || uncollated;
        result.orderBy[isExpression ? sortKey(field) : column] ??= direction;
        if (!isExpression) continue;
        result.extras ??= {};
        result.extras[sortKey(field)] = (row) => {
          const of = row[column as keyof typeof row];
          if (values) return positionIn(values, of);
          const value = absent ? sql`coalesce(${of}, ${absent})` : of;
          return uncollated ? collated(value) : sql`${value}`;
        };
      }
      return result.orderBy && Object.keys(result.orderBy).length ? result : { orderBy: { id: 'asc' } };
    },
  };
}
