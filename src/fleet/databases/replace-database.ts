import { eq } from 'drizzle-orm';
import type { Admin } from '../../db/admin.ts';
import { AppError } from '../../lib/errors.ts';
import { type By, recordAudit } from '../../tenancy/audit.ts';
import { placeOfUrl } from '../../tenancy/databases/database-url.ts';
import type { Database } from '../../tenancy/databases/databases.ts';
import { tenantSchemas } from '../../tenancy/tables.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { noteLoss } from './note-loss.ts';
import { prepareDatabase, writeDatabase } from './register-database.ts';
import { requireLost } from './require-lost.ts';

export interface Replacement {
  url: string;
  adminUrl?: string | undefined;
}

export interface ReplacedDatabase {
  database: Database;
  /** Slugs of the organizations whose data is missing there; they are not served until they are restored. */
  waiting: string[];
}

/**
 * Replaces a lost database with another one, which takes its name and id: an empty database, or a backup restored by
 * other tools, whose schemas are kept. The same call resumes an interrupted one. Throws NOT_FOUND; INVALID_STATE for
 * the primary database and for one that still answers; IN_USE for the address of another database of this installation;
 * and what `registerDatabase` throws.
 */
export async function replaceDatabase(
  fleet: Fleet,
  name: string,
  by: Replacement,
  options: { by: By },
): Promise<ReplacedDatabase> {
  const lost = await fleet.databases.getByName(name);
  await requireLost(fleet, lost);
  const { id } = lost;
  const kind = lost.kind === 'DEDICATED' ? 'DEDICATED' : 'SHARED';
  const installation = await prepareDatabase(fleet, { ...by, kind, namedBy: 'OPERATOR' }, (mark) => {
    if (mark === undefined || mark === id) return id;
    throw new AppError('IN_USE', 'This is another database of the installation', { field: 'databaseUrl' });
  });
  await using admins = adminsOf({
    onStatement: fleet.onStatement,
    databases: { installationOf: async () => installation },
  });
  const found = await admins.use(schemasIn);
  return await fleet.catalog.write(async (tx) => {
    const row = await writeDatabase(tx, fleet, { name, kind }, installation);
    const waiting = await noteLoss(tx, lost, found);
    const kept = await tx.$count(tenantSchemas, eq(tenantSchemas.databaseId, id));
    await recordAudit(tx, {
      ...options.by,
      action: 'database.replaced',
      resource: { type: 'Database', id },
      metadata: { name, kind, place: placeOfUrl(installation.appUrl), waiting: waiting.length, schemas: kept },
    });
    return { database: fleet.databases.open(row), waiting };
  });
}

async function schemasIn(admin: Admin): Promise<Set<string>> {
  const rows = await admin.run<{ name: string }>(
    `select nspname::text as name from pg_namespace where nspname like 'tenant\\_%'`,
  );
  return new Set(rows.map(({ name }) => name));
}
