import { eq } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { organizations } from '../../tenancy/tables.ts';
import { tablesOf } from '../copy/tenant-tables.ts';
import { adminsOf, type Fleet } from '../fleet.ts';
import { asOwner, nameIn } from './move-endpoint.ts';

/** How long a database may take to show what it has. */
const answerMs = 30_000;

/**
 * Verifies that an organization's data can be read where it is served from: before any other copy of it is dropped,
 * which would be the last one otherwise. Throws INVALID_STATE where there is no table, UNAVAILABLE where nobody
 * answers, and what the server says of a table that cannot be read.
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
        if (tables.length === 0) {
          throw new AppError(
            'INVALID_STATE',
            `The data of ${place.slug} is missing: its retained copy is the last one`,
          );
        }
        await tx.run(`select ${tables.map((table) => `exists (select from ${nameIn(endpoint, table)})`).join(', ')}`);
      });
    }),
  );
}
