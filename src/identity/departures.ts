import { and, eq, lte } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity } from './identity.ts';
import { isMember } from './is-member.ts';
import { retry } from './retry.ts';
import { departures } from './tables.ts';

/** Longer than joining ever takes; after that whoever began to join has given up. */
const joiningMs = 60_000;

interface Departed {
  organizationId: string;
  userId: string;
}

/**
 * Notes, before a profile is made, that it is to go unless a membership follows. Waits for a departure of the same person
 * that is being told, which would undo the profile.
 */
export async function announceJoining({ catalog, clock }: Identity, departed: Departed): Promise<void> {
  const dueAt = later(clock(), joiningMs);
  await catalog.write((tx) => note(tx, departed, dueAt));
}

/** In the transaction of the membership: the profile stays. Throws TRANSACTION_CONFLICT when it is gone already. */
export async function confirmJoining(tx: CatalogTx, departed: Departed): Promise<void> {
  const confirmed = await tx.delete(departures).where(of(departed)).returning({ userId: departures.userId });
  if (confirmed.length === 0) throw new AppError('TRANSACTION_CONFLICT', 'Joining took too long: try again');
}

/** In the transaction that ends the membership: the profile is to be told. */
export const noteDeparture = (tx: CatalogTx, departed: Departed, now: Date): Promise<void> => note(tx, departed, now);

/**
 * Tells the tenant that somebody has left, if they have. What fails is logged and stays for `settleDepartures`: the
 * membership, which counts, has ended.
 */
export async function settleDeparture(identity: Identity, departed: Departed): Promise<boolean> {
  try {
    return await retry(() => settle(identity, departed));
  } catch (error) {
    identity.logger.warn({ err: error, ...departed }, 'a departure could not be told; it will be tried again');
    return false;
  }
}

/** All that are due: at the start of a server, and now and then. Gives the number of those told. */
export async function settleDepartures(identity: Identity): Promise<number> {
  const { catalog, clock } = identity;
  const due = await catalog.read((db) => db.select().from(departures).where(lte(departures.dueAt, clock())));
  let settled = 0;
  for (const departed of due) if (await settleDeparture(identity, departed)) settled++;
  return settled;
}

/** The row stays locked while the tenant is told, so that a person who joins again meanwhile waits, and joins last. */
async function settle({ catalog, profiles, findTenant }: Identity, departed: Departed): Promise<boolean> {
  const tenant = await findTenant(departed.organizationId);
  return catalog.write(async (tx) => {
    const locked = await tx.select().from(departures).where(of(departed)).for('update', { skipLocked: true });
    if (locked.length === 0) return false;
    // Two requests joined the same person and one of them failed: the profile is the other's.
    const goes = tenant && !(await isMember(tx, departed));
    if (goes) await profiles.leave(tenant, { userId: departed.userId });
    await tx.delete(departures).where(of(departed));
    return true;
  });
}

async function note(tx: CatalogTx, { organizationId, userId }: Departed, dueAt: Date): Promise<void> {
  await tx
    .insert(departures)
    .values({ organizationId, userId, dueAt })
    .onConflictDoUpdate({ target: [departures.organizationId, departures.userId], set: { dueAt } });
}

const of = ({ organizationId, userId }: Departed) =>
  and(eq(departures.organizationId, organizationId), eq(departures.userId, userId));
