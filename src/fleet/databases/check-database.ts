import { and, eq, ne } from 'drizzle-orm';
import { Admin } from '../../db/admin.ts';
import { AppError } from '../../lib/errors.ts';
import type { Database } from '../../tenancy/databases/databases.ts';
import type { Installation } from '../../tenancy/installation.ts';
import { databases } from '../../tenancy/tables.ts';
import type { Fleet } from '../fleet.ts';
import { ofComment } from './database-mark.ts';
import { unusable } from './inspect-database.ts';

export interface DatabaseCheck {
  database: Database;
  checkedAt: Date;
  /** Why it cannot be used now; null when it can. */
  error: string | null;
}

const connectMs = 5_000;
/** Time limit for connecting and answering: a database may accept a login and then not answer. */
const mostMs = 10_000;

/**
 * Checks that a database accepts both logins and is the registered one, and records the result. Never throws for a
 * database that is down; one that has not answered after `ms` counts as down.
 */
export async function checkDatabase(fleet: Fleet, database: Database, ms = mostMs): Promise<DatabaseCheck> {
  const checkedAt = new Date();
  const error = await findFailure(fleet, database.installation, ms);
  await fleet.catalog.write(async (tx) => {
    await tx
      .update(databases)
      .set({ checkedAt, lastError: error, state: error === null ? 'READY' : 'DOWN' })
      .where(and(eq(databases.id, database.id), ne(databases.state, 'RETIRED')));
  });
  return { database, checkedAt, error };
}

/** Why the database cannot be used; null if both logins can use it. */
async function findFailure({ onStatement }: Fleet, installation: Installation, ms: number): Promise<string | null> {
  const { adminUrl, appUrl, otherPasswords, lookup, databaseId } = installation;
  for (const url of new Set([adminUrl, appUrl])) {
    try {
      await using admin = new Admin({ url, otherPasswords, lookup, connectMs, ...(onStatement && { onStatement }) });
      const [row] = await admin.within(ms, () =>
        admin.run<{ comment: string | null }>(
          `select obj_description(to_regnamespace('chantier'), 'pg_namespace') as comment`,
        ),
      );
      if (ofComment(row?.comment ?? null)?.databaseId !== databaseId) {
        throw new AppError('CONFIG_INVALID', 'The URL leads to a database other than the registered one');
      }
    } catch (error) {
      const explained = unusable(error, url);
      return explained instanceof Error ? explained.message : String(explained);
    }
  }
  return null;
}

/** Checks every database, several at once; for upkeep. */
export async function checkDatabases(fleet: Fleet): Promise<DatabaseCheck[]> {
  const all = await fleet.databases.list();
  return await Promise.all(all.map((database) => checkDatabase(fleet, database)));
}
