import type { Column } from 'drizzle-orm';

/** The kind of a column's values in JSON and in JavaScript. */
export type ColumnKind = 'uuid' | 'text' | 'integer' | 'boolean' | 'date' | 'instant' | 'numeric' | 'json' | 'texts';

const kinds: readonly [RegExp, ColumnKind][] = [
  [/^uuid$/, 'uuid'],
  [/^text( COLLATE .+)?$/, 'text'],
  [/^(integer|smallint)$/, 'integer'],
  [/^boolean$/, 'boolean'],
  [/^date$/, 'date'],
  [/^timestamp \(3\) with time zone$/, 'instant'],
  [/^numeric/, 'numeric'],
  [/^jsonb$/, 'json'],
];

/** The kind of a column; undefined for a type whose JSON may differ from the value that drizzle reads. */
export function columnKind(column: Column): ColumnKind | undefined {
  const { dimensions = 0 } = column as { dimensions?: number };
  const type = column.getSQLType();
  const kind = kinds.find(([pattern]) => pattern.test(type))?.[1];
  if (kind && dimensions === 0) return kind;
  if ((kind === 'text' || kind === 'uuid') && dimensions === 1) return 'texts';
  return type === 'bigint' && column.dataType === 'number int53' ? 'integer' : undefined;
}
