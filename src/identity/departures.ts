import { and, eq, lte } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity } from './identity.ts';
import { isMember } from './is-member.ts';
import { retry } from './retry.ts';
import { departures } from './tables.ts';

/** Longer than joining ever takes: after this time the attempt has failed. */
const joiningMs = 60_000;

interface Departure {
  organizationId: string;
  userId: string;
}

/**
 * Before a profile is made: schedules its departure, in case no membership follows. Waits while an earlier departure of
 * the same person is being settled, which would otherwise mark the new profile as departed.
 */
export async function announceJoining({ catalog, clock }: Identity, departed: Departure): Promise<void> {
  const dueAt = later(clock(), joiningMs);
  await catalog.write((tx) => note(tx, departed, dueAt));
}

/**
 * In the transaction of the membership: cancels the departure. Throws TRANSACTION_CONFLICT if it was settled already.
 */
export async function confirmJoining(tx: CatalogTx, departed: Departure): Promise<void> {
  const confirmed = await tx.delete(departures).where(of(departed)).returning({ userId: departures.userId });
  if (confirmed.length === 0) throw new AppError('TRANSACTION_CONFLICT', 'Joining took too long: try again');
}

/** In the transaction that ends the membership: schedules the departure of its profile. */
export const noteDeparture = (tx: CatalogTx, departed: Departure, now: Date): Promise<void> => note(tx, departed, now);

/**
 * Marks the profile of a former member as departed. Never throws: access ended with the membership, so a failure is
 * logged and left to `settleDepartures`.
 */
export async function settleDeparture(identity: Identity, departed: Departure): Promise<boolean> {
  try {
    return await retry(() => settle(identity, departed));
  } catch (error) {
    identity.logger.warn({ err: error, ...departed }, 'a departure could not be settled; it will be retried');
    return false;
  }
}

/** Settles all due departures: at the start of a server, and periodically. Returns how many. */
export async function settleDepartures(identity: Identity): Promise<number> {
  const { catalog, clock } = identity;
  const due = await catalog.read((db) => db.select().from(departures).where(lte(departures.dueAt, clock())));
  let settled = 0;
  for (const departed of due) if (await settleDeparture(identity, departed)) settled++;
  return settled;
}

/** Locks the row while the profile changes, so that a person who joins again meanwhile waits for the end of this. */
async function settle({ catalog, profiles, findTenant }: Identity, departed: Departure): Promise<boolean> {
  const tenant = await findTenant(departed.organizationId);
  return catalog.write(async (tx) => {
    const locked = await tx.select().from(departures).where(of(departed)).for('update', { skipLocked: true });
    if (locked.length === 0) return false;
    // If two requests joined the same person and one of them succeeded, the profile stays
    const hasLeft = !(await isMember(tx, departed));
    if (tenant && hasLeft) await profiles.leave(tenant, { userId: departed.userId });
    await tx.delete(departures).where(of(departed));
    return true;
  });
}

async function note(tx: CatalogTx, { organizationId, userId }: Departure, dueAt: Date): Promise<void> {
  await tx
    .insert(departures)
    .values({ organizationId, userId, dueAt })
    .onConflictDoUpdate({ target: [departures.organizationId, departures.userId], set: { dueAt } });
}

const of = ({ organizationId, userId }: Departure) =>
  and(eq(departures.organizationId, organizationId), eq(departures.userId, userId));
