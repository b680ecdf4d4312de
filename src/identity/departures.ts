import { eq } from 'drizzle-orm';
import type { Identity } from './identity.ts';
import { retry } from './retry.ts';
import { departures } from './tables.ts';

/**
 * Tells the tenants who has left: one departure right after it happened, or all that are still open (at the start of a
 * server, and now and then). One that fails stays for later, and is logged. Gives the number of those told.
 */
export async function settleDepartures(identity: Identity, id?: string): Promise<number> {
  const { catalog, logger } = identity;
  const open = await catalog.read((db) =>
    db
      .select({ id: departures.id })
      .from(departures)
      .where(id === undefined ? undefined : eq(departures.id, id)),
  );
  let settled = 0;
  for (const departure of open) {
    try {
      if (await retry(() => settle(identity, departure.id))) settled++;
    } catch (error) {
      logger.warn({ error, departureId: departure.id }, 'a departure could not be told; it will be tried again');
    }
  }
  return settled;
}

/** The row stays locked while the tenant is told, so that a person who joins again meanwhile waits, and joins last. */
async function settle({ catalog, profiles, findTenant }: Identity, id: string): Promise<boolean> {
  return catalog.write(async (tx) => {
    const mine = eq(departures.id, id);
    const [departure] = await tx.select().from(departures).where(mine).for('update', { skipLocked: true });
    if (!departure) return false;
    const tenant = await findTenant(departure.organizationId);
    if (tenant) await profiles.leave(tenant, departure);
    await tx.delete(departures).where(mine);
    return true;
  });
}
