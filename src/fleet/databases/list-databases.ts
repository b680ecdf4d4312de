import { asc, count, eq } from 'drizzle-orm';
import { redactUrl } from '../../tenancy/databases/database-url.ts';
import type { DatabaseRow } from '../../tenancy/databases/databases.ts';
import { databases, tenantSchemas } from '../../tenancy/tables.ts';
import type { Fleet } from '../fleet.ts';

/** A database as shown to operators: its URL has no password. */
export interface DatabaseSummary extends Pick<DatabaseRow, 'id' | 'name' | 'kind' | 'state' | 'capacity'> {
  /** The URL of the administrator's login. */
  url: string;
  /** Number of tenant schemas in it, in any state. */
  schemas: number;
  checkedAt: Date | null;
  lastError: string | null;
}

/** All databases by name, including retired ones. */
export async function listDatabases(fleet: Fleet): Promise<DatabaseSummary[]> {
  const rows = await fleet.catalog.read((db) =>
    db
      .select({ database: databases, schemas: count(tenantSchemas.schemaName) })
      .from(databases)
      .leftJoin(tenantSchemas, eq(tenantSchemas.databaseId, databases.id))
      .groupBy(databases.id)
      .orderBy(asc(databases.name)),
  );
  return rows.map(({ database, schemas }) => {
    const { id, name, kind, state, capacity, checkedAt, lastError } = database;
    const url = redactUrl(fleet.databases.open(database).installation.adminUrl);
    return { id, name, kind, state, capacity, url, schemas, checkedAt, lastError };
  });
}
