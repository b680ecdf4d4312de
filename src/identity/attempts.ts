import { createHash } from 'node:crypto';
import { eq, lte, sql } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Catalog, CatalogTx } from '../tenancy/catalog.ts';
import { networkOf } from './network.ts';
import { signInAttempts } from './tables.ts';

/** A bucket of attempts: so many at once, then one more each interval. */
interface Bucket {
  burst: number;
  intervalMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const buckets = {
  /** Failed sign-ins to one account from everywhere; devices that had a session of it before are free of this. */
  account: { burst: 100, intervalMs: minute },
  /** Failures of one network address, whatever the account; an office behind one address signs in freely. */
  address: { burst: 50, intervalMs: 6_000 },
  /** Mails to one address that anybody can cause. */
  mail: { burst: 3, intervalMs: 10 * minute },
  /** Organizations made by one user. */
  organization: { burst: 5, intervalMs: hour },
  /** Codes and invitations tried by one user. */
  join: { burst: 10, intervalMs: minute },
  /** Invitations sent by one member. */
  invite: { burst: 100, intervalMs: minute },
} as const satisfies Record<string, Bucket>;

/** What is counted, and whose it is. Undefined subjects (a command has no address) count nothing. */
export type Attempt = { subject: string | undefined } & (
  | { bucket: keyof typeof buckets }
  /** As many at once as a setting says, and then as many in a day. */
  | { bucket: 'sign-ups of an address' | 'organizations of an address'; perDay: number }
);

/**
 * Counts an attempt in every bucket before anything is tried, so that a burst of them cannot slip through. The buckets
 * are rows: all processes share them. Throws RATE_LIMITED, and then counts nothing.
 */
export async function countAttempts(catalog: Catalog, now: Date, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.every(({ subject }) => subject === undefined)) return;
  await catalog.write((tx) => countAttemptsIn(tx, now, attempts));
}

/** The same in a transaction of the caller's. */
export async function countAttemptsIn(tx: CatalogTx, now: Date, attempts: readonly Attempt[]): Promise<void> {
  // One order everywhere, so that two requests never wait for each other.
  const counted = attempts
    .filter((attempt) => attempt.subject !== undefined)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (const attempt of counted) {
    const waitMs = await count(tx, now, attempt);
    if (waitMs !== undefined) throw tooMany(waitMs);
  }
}

/** Counts one attempt; gives how long to wait when the bucket is empty, and then counts nothing. */
export async function count(tx: CatalogTx, now: Date, attempt: Attempt): Promise<number | undefined> {
  const { burst, intervalMs } = bucketOf(attempt);
  const key = keyOf(attempt);
  const room = later(now, (burst - 1) * intervalMs);
  const counted = await tx
    .insert(signInAttempts)
    .values({ key, fullAt: later(now, intervalMs) })
    .onConflictDoUpdate({
      target: signInAttempts.key,
      // `excluded` is one interval from now: what the bucket becomes when it was full.
      set: {
        fullAt: sql`greatest(${signInAttempts.fullAt} + ${`${intervalMs} milliseconds`}::interval, excluded.full_at)`,
      },
      setWhere: lte(signInAttempts.fullAt, room),
    })
    .returning({ key: signInAttempts.key });
  if (counted.length > 0) return undefined;
  const [row] = await tx.select().from(signInAttempts).where(eq(signInAttempts.key, key));
  return (row?.fullAt.getTime() ?? room.getTime()) - room.getTime();
}

export const tooMany = (waitMs: number): AppError =>
  new AppError('RATE_LIMITED', 'Too many attempts: wait a little', {
    retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
  });

/** Takes attempts back that turned out well. */
export async function forgiveAttempts(tx: CatalogTx, attempts: readonly Attempt[]): Promise<void> {
  for (const attempt of attempts) {
    if (attempt.subject === undefined) continue;
    const interval = `${bucketOf(attempt).intervalMs} milliseconds`;
    await tx
      .update(signInAttempts)
      .set({ fullAt: sql`${signInAttempts.fullAt} - ${interval}::interval` })
      .where(eq(signInAttempts.key, keyOf(attempt)));
  }
}

/** Empties the count of a bucket. */
export async function clearAttempts(tx: CatalogTx, attempt: Attempt): Promise<void> {
  await tx.delete(signInAttempts).where(eq(signInAttempts.key, keyOf(attempt)));
}

const bucketOf = (attempt: Attempt): Bucket =>
  'perDay' in attempt
    ? { burst: attempt.perDay, intervalMs: Math.ceil(day / attempt.perDay) }
    : buckets[attempt.bucket];

/** Subjects are hashed: a table of who tries to sign in is nobody's business. */
const keyOf = ({ bucket, subject }: Attempt): string =>
  `${bucket}:${createHash('sha256').update(networkOf(subject!)).digest('base64url')}`;
