import type { TableName } from '../../../access/row-rules.ts';
import { aggregatesOf, defineKeys } from '../aggregate/define-aggregate.ts';
import { defineConnection, type definePage } from '../pages.ts';
import type { AnySpec, FieldOptions } from './any-spec.ts';
import { modelOf } from './model.ts';

interface PlainLists<T extends TableName> {
  name: string;
  noun?: string;
  /** The fields that aggregates group by and compute over. */
  fields: Record<string, string | FieldOptions>;
  page: ReturnType<typeof definePage<T>>;
  /** Whether there is a root field with all rows, hence one that aggregates them. */
  list: boolean;
}

/** The connection and the aggregates of a type that is declared in plain Pothos. */
export function definePlainLists<T extends TableName>(
  table: T,
  node: unknown,
  { page, list, ...spec }: PlainLists<T>,
): ReturnType<typeof defineConnection> {
  const model = modelOf(table, spec as unknown as AnySpec);
  const aggregates = aggregatesOf(model, page as never);
  const connection = defineConnection(node as never, model.spec.name, aggregates.onConnection);
  defineKeys(model, node);
  if (list) aggregates.defineRootField();
  return connection;
}
