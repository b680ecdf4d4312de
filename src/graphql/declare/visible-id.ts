import type { GuardedDb } from '../../access/guarded-db.ts';
import type { TableName } from '../../access/row-rules.ts';
import { notFound } from '../../lib/errors.ts';
import { externalReferenceOf } from './global-id.ts';

interface Wanted {
  table: TableName;
  typename: string;
  /** The argument of the id, for the error. */
  field: string;
}

/** The id of an object that the viewer sees, by an argument of a query. Throws NOT_FOUND. */
export async function visibleId(db: GuardedDb, given: string, { table, typename, field }: Wanted): Promise<string> {
  const externalReference = externalReferenceOf(given);
  const where = externalReference === undefined ? { id: given } : { externalReference };
  const found = await db.query[table].findFirst({ columns: { id: true }, where });
  if (!found) throw notFound(typename, field);
  return (found as { id: string }).id;
}
