import { eq } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { organizations } from '../../tenancy/tables.ts';
import { tablesOf } from '../copy/tenant-tables.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { asOwner, nameIn } from './move-endpoint.ts';

/** Time limit for a database to read from every table. */
const answerMs = 30_000;

/** The place that should serve an organization has no tables, so a retained copy may be the last one. */
export class DataMissing extends AppError {
  constructor(slug: string) {
    super(
      'INVALID_STATE',
      `The data of ${slug} is missing, so its retained copy is the last one: serve it with \`tenant retained restore ${slug}\``,
    );
  }
}

/**
 * Verifies that an organization's data can be read where it is served, before any other copy is dropped. Throws
 * DataMissing if there are no tables, UNAVAILABLE if the database does not answer, and the server's error for a table
 * that cannot be read.
 */
export async function requireReadable(fleet: Fleet, organizationId: string): Promise<void> {
  const [place] = await fleet.catalog.read((db) =>
    db.select().from(organizations).where(eq(organizations.id, organizationId)),
  );
  if (!place) return;
  await using admins = adminsOf(fleet, place.databaseId);
  await admins.use((admin, installation) =>
    admin.within(answerMs, () => {
      const endpoint = { place, admin, installation };
      return asOwner(endpoint, async (tx) => {
        const tables = await tablesOf(tx, fleet.lines, place.schemaName);
        if (tables.length === 0) throw new DataMissing(place.slug);
        await tx.run(`select ${tables.map((table) => `exists (select from ${nameIn(endpoint, table)})`).join(', ')}`);
      });
    }),
  );
}
