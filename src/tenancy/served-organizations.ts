import { asc, eq } from 'drizzle-orm';
import type { Catalog } from './catalog.ts';
import { organizations } from './tables.ts';

/** The ids of the organizations that are active. */
export async function servedOrganizations(catalog: Catalog): Promise<string[]> {
  const rows = await catalog.read((db) =>
    db
      .select({ id: organizations.id })
      .from(organizations)
      .where(eq(organizations.status, 'ACTIVE'))
      .orderBy(asc(organizations.id)),
  );
  return rows.map(({ id }) => id);
}
