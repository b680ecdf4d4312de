import { inArray, lt, sql } from 'drizzle-orm';
import { tokenBuckets } from '../graphql/rate-limit/tables.ts';
import { later } from '../lib/clock.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity } from './identity.ts';
import {
  catalogAnswers,
  passwordResets,
  pendingSignUps,
  sessions,
  signInAttempts,
  signInFailures,
  signingKeys,
} from './tables.ts';

const batch = 1000;
const day = 24 * 60 * 60_000;

/** Deletes all expired rows; sessions `sessionsMs` after they expired. Returns the number of rows. */
export async function pruneAll(identity: Identity, sessionsMs: number): Promise<number> {
  let total = 0;
  for (let rows = 1; rows > 0; total += rows) rows = await prune(identity, sessionsMs);
  return total;
}

/** Deletes one batch of each kind; call it again until it returns 0. */
export async function prune({ catalog, clock }: Identity, sessionsMs: number): Promise<number> {
  const now = clock();
  return catalog.write(async (tx) => {
    const old = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(lt(sessions.expiresAt, later(now, -sessionsMs)))
      .limit(batch);
    const ended = await tx.delete(sessions).where(inArray(sessions.id, old)).returning({ id: sessions.id });
    const full = tx
      .select({ key: signInAttempts.key })
      .from(signInAttempts)
      .where(lt(signInAttempts.fullAt, now))
      .limit(batch)
      .for('update', { skipLocked: true });
    const attempts = await tx
      .delete(signInAttempts)
      .where(inArray(signInAttempts.key, full))
      .returning({ key: signInAttempts.key });
    const stale = tx
      .select({ id: passwordResets.id })
      .from(passwordResets)
      .where(lt(passwordResets.expiresAt, later(now, -day)))
      .limit(batch);
    const resets = await tx
      .delete(passwordResets)
      .where(inArray(passwordResets.id, stale))
      .returning({ id: passwordResets.id });
    const keys = await tx
      .delete(signingKeys)
      .where(lt(signingKeys.expiresAt, later(now, -day)))
      .returning({ id: signingKeys.id });
    const counted = ended.length + attempts.length + resets.length + keys.length;
    return counted + (await pruneBuckets(tx, now)) + (await pruneSignUps(tx, now));
  });
}

/** Deletes full buckets of points. */
async function pruneBuckets(tx: CatalogTx, now: Date): Promise<number> {
  const { id } = tokenBuckets;
  const full = tx
    .select({ id })
    .from(tokenBuckets)
    .where(lt(tokenBuckets.fullAt, now))
    .limit(batch)
    .for('update', { skipLocked: true });
  const deleted = await tx.delete(tokenBuckets).where(inArray(id, full)).returning({ id });
  return deleted.length;
}

/** Deletes unproven sign-ups, failed sign-ins that no longer count, and expired answers. */
async function pruneSignUps(tx: CatalogTx, now: Date): Promise<number> {
  const { id } = pendingSignUps;
  const unproven = tx
    .select({ id })
    .from(pendingSignUps)
    .where(lt(pendingSignUps.expiresAt, later(now, -day)))
    .limit(batch);
  const signUps = await tx.delete(pendingSignUps).where(inArray(id, unproven)).returning({ id });
  const { account, address } = signInFailures;
  const forgotten = tx
    .select({ account, address })
    .from(signInFailures)
    .where(lt(signInFailures.forgottenAt, now))
    .limit(batch)
    .for('update', { skipLocked: true });
  const failures = await tx
    .delete(signInFailures)
    .where(sql`(${account}, ${address}) in ${forgotten}`)
    .returning({ account });
  const old = tx
    .select({ id: catalogAnswers.id })
    .from(catalogAnswers)
    .where(lt(catalogAnswers.expiresAt, now))
    .limit(batch);
  const answers = await tx
    .delete(catalogAnswers)
    .where(inArray(catalogAnswers.id, old))
    .returning({ id: catalogAnswers.id });
  return signUps.length + failures.length + answers.length;
}
