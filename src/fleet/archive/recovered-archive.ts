import { Admin } from '../../db/admin.ts';
import { AppError } from '../../lib/errors.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { type DatabaseMark, ofComment } from '../databases/database-mark.ts';
import type { Fleet } from '../fleet.ts';
import { readOrganization } from './archived-organization.ts';
import { watching } from './backup-tenant.ts';
import type { Archive } from './open-archive.ts';
import { inTemporaryArchive } from './temporary-archive.ts';
import { writeArchive } from './write-archive.ts';

/** A cluster that other tools restored to an earlier moment. */
export interface RestoredCluster {
  /** A superuser's address of the restored database. */
  url: string;
  /** The moment that it was restored to. */
  at: Date;
  /** The organization's schema at that moment; by default what the restored catalog says, or else its present one. */
  schemaName: string | undefined;
}

/**
 * Copies one organization's data from a restored cluster into a temporary archive, and runs the work with it. Only
 * reads from the cluster, so the cluster may also be a standby that is paused at the moment. Throws BAD_INPUT for a
 * cluster that is not a copy of the installation's own, INVALID_STATE for one that was restored to another moment,
 * NOT_FOUND without the schema.
 */
export async function withRecoveredArchive<T>(
  fleet: Fleet,
  { id, schemaName: presentName }: Pick<Tenant, 'id' | 'schemaName'>,
  { url, at, schemaName: givenName }: RestoredCluster,
  { signal }: { signal?: AbortSignal | undefined },
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const { prefix, roles } = fleet.installation;
  await using admin = new Admin({ url, applicationName: 'chantier recovery' });
  await requireCopyOf(admin, prefix);
  await requireMoment(admin, at);
  const schemaName = givenName ?? (await schemaAtMoment(admin, id)) ?? presentName;
  const organization = await fleet.catalog.read((db) => readOrganization(db, id));
  const source = { kind: 'TENANT' as const, organization, schemaName, ownerRole: roles.owner };
  return await inTemporaryArchive(async (place, key) => {
    const migrations = fleet.lines.inOrder();
    await writeArchive(admin, { ...source, migrations }, place, { key, onPart: watching({ signal }) });
  }, work);
}

async function requireCopyOf(admin: Admin, prefix: string): Promise<DatabaseMark> {
  const [row] = await admin.run<{ comment: string | null }>(
    `select obj_description(to_regnamespace('chantier'), 'pg_namespace') as comment`,
  );
  const mark = ofComment(row?.comment ?? null);
  if (mark?.prefix === prefix) return mark;
  throw new AppError('BAD_INPUT', 'The restored database is not a copy of a database of this installation');
}

/**
 * The organization's schema in the restored catalog: a move or a restore may have changed it since. Undefined if the
 * cluster has no catalog, because it is a further database.
 */
async function schemaAtMoment(admin: Admin, organizationId: string): Promise<string | undefined> {
  const [catalog] = await admin.run<{ exists: boolean }>(
    `select to_regclass('catalog.organizations') is not null as exists`,
  );
  if (!catalog?.exists) return undefined;
  const [row] = await admin.run<{ schemaName: string; databaseId: string }>(
    `select schema_name as "schemaName", database_id as "databaseId" from catalog.organizations where id = $1`,
    [organizationId],
  );
  if (!row) throw new AppError('NOT_FOUND', 'The organization did not exist at that moment');
  if (row.databaseId === primaryDatabaseId) return row.schemaName;
  throw new AppError(
    'INVALID_STATE',
    'At that moment the organization was in a further database: restore the cluster of that database',
  );
}

/** Checks the moment against the cluster's recovery target and the last transaction that it replayed. */
async function requireMoment(admin: Admin, at: Date): Promise<void> {
  const [row] = await admin.run<{ target: string | null; replayed: string | null }>(
    `select ${instantOf(`nullif(current_setting('recovery_target_time'), '')::timestamptz`)} as target,
      ${instantOf('pg_last_xact_replay_timestamp()')} as replayed`,
  );
  const { target, replayed } = row!;
  if (target !== null && new Date(target).getTime() !== at.getTime()) {
    throw new AppError('INVALID_STATE', `The cluster was restored to ${target}, not to ${at.toISOString()}`);
  }
  if (replayed !== null && new Date(replayed) > at) {
    throw new AppError(
      'INVALID_STATE',
      `The cluster contains changes until ${replayed}, which is after ${at.toISOString()}`,
    );
  }
}

const instantOf = (value: string): string => `to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
