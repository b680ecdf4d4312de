import { and, sql } from 'drizzle-orm';
import { conditionOf, type GuardedDb } from '../../access/guarded-db.ts';
import type { TableName } from '../../access/row-rules.ts';
import type { IdTable } from '../../access/rows.ts';
import { rowsForEach } from '../../access/rows-for-each.ts';
import { notFound } from '../../lib/errors.ts';
import { relations } from '../../relations.ts';
import type { SharedDecisions } from '../shared-decisions.ts';
import { externalReferenceOf } from './global-id.ts';

interface Wanted {
  table: TableName;
  typename: string;
  /** The argument of the id, for the error. */
  field: string;
}

type Where = { id: string } | { externalReference: string };

/**
 * The id of an object that the viewer sees, by an argument of a query. With decisions, decides for each of them. Throws
 * NOT_FOUND.
 */
export async function visibleId(
  db: GuardedDb,
  given: string,
  wanted: Wanted,
  decisions?: SharedDecisions,
): Promise<string> {
  const { table, typename, field } = wanted;
  const externalReference = externalReferenceOf(given);
  const where: Where = externalReference === undefined ? { id: given } : { externalReference };
  const found = decisions
    ? await decideId(db, table, where, decisions)
    : ((await db.query[table].findFirst({ columns: { id: true }, where })) as { id: string } | undefined)?.id;
  if (found === undefined) throw notFound(typename, field);
  return found;
}

/** Decides which of the decisions see the object. */
async function decideId(db: GuardedDb, table: TableName, where: Where, decisions: SharedDecisions) {
  const [key, value] = Object.entries(where)[0]!;
  const of = relations[table].table as unknown as IdTable;
  const same = { [key]: sql.placeholder('value') };
  const found = await rowsForEach(db.unguarded, decisions.viewers, {
    name: `id of ${table} by ${key}`,
    make: (viewer) =>
      sql`select ${of.id} from ${of} where ${and(db.matching(table, same as object), conditionOf(of, viewer))}`,
    values: { value },
  });
  const ids = found.map(([row]) => row?.[0] as string | undefined);
  decisions.record(ids.map((id) => id ?? ''));
  return ids[0];
}
