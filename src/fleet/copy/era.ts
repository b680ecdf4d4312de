import type { AdminTx } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { Manifest } from './manifest.ts';
import type { TenantTable } from './tenant-tables.ts';

/*
 * Events are ordered by the ids of the transactions that wrote them. Those ids are not comparable across servers, or
 * with those of another copy. So each new copy of a tenant begins an era: rows keep their ids, and later events sort
 * after all of them. The first event of an era has the number 0 and says why the log continues elsewhere. It is not
 * part of archives, because the next copy begins an era of its own.
 */

/** The newest era of a schema's log, and the cursor of its last event; null for a schema without a log. */
export async function readEra(
  tx: AdminTx,
  schemaName: string,
  tables: readonly Pick<TenantTable, 'name' | 'rows'>[],
): Promise<Manifest['events']> {
  if (!tables.some(isLog)) return null;
  const log = logOf(schemaName);
  const [found] = await tx.run<{ era: number; last: string | null }>(
    `select (select coalesce(max(era), 1) from ${log})::int as era,
      (select concat_ws('.', era, xid, seq) from ${log} where seq > 0 order by era desc, xid desc, seq desc limit 1) as last`,
  );
  return found!;
}

/** Begins a new era in a copy's log, in a transaction of the owner. Earlier eras are complete from then on. */
export async function startEra(
  tx: AdminTx,
  schemaName: string,
  era: number,
  why: { action: string; organizationId: string; metadata: Record<string, unknown> },
): Promise<void> {
  const log = logOf(schemaName);
  await tx.run(`alter table ${log} alter column era set default ${Math.trunc(era)}`);
  await tx.run(
    `insert into ${log} (seq, id, action, resource_type, resource_id, metadata) overriding system value
    values (0, $1, $2, 'Organization', $3, $4::jsonb)`,
    [uuidv7(), why.action, why.organizationId, JSON.stringify(why.metadata)],
  );
}

/** The event log is the only table with a condition on its rows. */
const isLog = ({ name, rows }: Pick<TenantTable, 'name' | 'rows'>): boolean => name === 'events' && rows !== undefined;

const logOf = (schemaName: string): string => `${quoteIdentifier(schemaName)}.events`;
