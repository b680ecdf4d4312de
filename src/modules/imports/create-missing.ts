import { uuidv7 } from '../../lib/ids.ts';
import { recordEvents } from '../events/record-event.ts';
import { findByReference, insertRows, type NewRow, type ReferencedTable, type RowOf } from './bulk-rows.ts';
import type { WriteContext } from './write-context.ts';

/** The columns of a new row, other than its id and reference. */
type Columns<T extends ReferencedTable> = Omit<NewRow<T>, 'id' | 'externalReference'>;

export interface Missing<T extends ReferencedTable, R extends { reference: string }> {
  table: T;
  /** The GraphQL type, and the name of the resource in event actions. */
  type: string;
  resource: string;
  records: readonly R[];
  isKnown(reference: string): boolean;
  /** Called with each row that exists or was created. */
  remember(reference: string, row: RowOf<T>): void;
  columnsOf(record: R): Columns<T> | Promise<Columns<T>>;
}

/**
 * Creates the rows that do not exist yet, each with an event, whose handlers run as usual (a project gets its channel).
 * Existing rows stay unchanged, because people may have renamed them.
 */
export async function createMissing<T extends ReferencedTable, R extends { reference: string }>(
  { tx, changes }: Pick<WriteContext, 'tx' | 'changes'>,
  { table, type, resource, records, isKnown, remember, columnsOf }: Missing<T, R>,
): Promise<void> {
  const unknown = new Map(records.flatMap((each) => (isKnown(each.reference) ? [] : [[each.reference, each]])));
  if (unknown.size === 0) return;
  for (const row of await findByReference(tx, table, [...unknown.keys()])) {
    remember(row.externalReference as string, row);
    unknown.delete(row.externalReference as string);
  }
  const rows: NewRow<T>[] = [];
  for (const [externalReference, record] of unknown) {
    rows.push({ id: uuidv7(), externalReference, ...(await columnsOf(record)) } as unknown as NewRow<T>);
  }
  if (rows.length === 0) return;
  await insertRows(tx, table, rows);
  const events = rows.map((row) => ({
    action: `${resource}.created`,
    resourceType: type,
    resourceId: row.id,
    after: row,
  }));
  await recordEvents(tx, null, events);
  const ids = rows.map((row) => row.id);
  changes.add('created', type, ids);
  for (const row of rows) remember(row.externalReference, row as unknown as RowOf<T>);
}
