import { createHash } from 'node:crypto';
import { eq, lte, sql } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Catalog, CatalogTx } from '../tenancy/catalog.ts';
import { networkOf } from './network.ts';
import { signInAttempts } from './tables.ts';

/** A token bucket: `burst` attempts at once, then one more each interval. */
interface Bucket {
  burst: number;
  intervalMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const buckets = {
  /**
   * Failed sign-ins to one account from all addresses. Does not bind devices that have had a session of the account.
   */
  account: { burst: 100, intervalMs: minute },
  /**
   * Failed attempts of one network address on any account. Successes do not count, so a whole office can share one
   * address.
   */
  address: { burst: 50, intervalMs: 6_000 },
  /** Mails to one address that strangers can trigger. */
  mail: { burst: 3, intervalMs: 10 * minute },
  /** Organizations made by one user. */
  organization: { burst: 5, intervalMs: hour },
  /** Codes and invitations tried by one user. */
  join: { burst: 10, intervalMs: minute },
  /** Invitations sent by one member. */
  invite: { burst: 100, intervalMs: minute },
} as const satisfies Record<string, Bucket>;

/** A bucket and its owner. An undefined subject counts nothing: a command has no network address. */
export type Attempt = { subject: string | undefined } & (
  | { bucket: keyof typeof buckets }
  /** The setting is both the burst and the number per day. */
  | { bucket: 'sign-ups of an address' | 'organizations of an address'; perDay: number }
);

/**
 * Counts an attempt in every bucket before it is made, so that concurrent attempts cannot exceed the limit. The buckets
 * are rows that all processes share. Throws RATE_LIMITED when one of them is empty, and then counts nothing.
 */
export async function countAttempts(catalog: Catalog, now: Date, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.every(({ subject }) => subject === undefined)) return;
  await catalog.write((tx) => countAttemptsIn(tx, now, attempts));
}

/** The same, in the caller's transaction. */
export async function countAttemptsIn(tx: CatalogTx, now: Date, attempts: readonly Attempt[]): Promise<void> {
  // The same order everywhere, so that two requests cannot deadlock
  const counted = attempts
    .filter((attempt) => attempt.subject !== undefined)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (const attempt of counted) {
    const waitMs = await count(tx, now, attempt);
    if (waitMs !== undefined) throw tooMany(waitMs);
  }
}

/** Counts one attempt. When the bucket is empty it counts nothing, and returns the milliseconds to wait. */
export async function count(tx: CatalogTx, now: Date, attempt: Attempt): Promise<number | undefined> {
  const { burst, intervalMs } = bucketOf(attempt);
  const key = keyOf(attempt);
  const room = later(now, (burst - 1) * intervalMs);
  const counted = await tx
    .insert(signInAttempts)
    .values({ key, fullAt: later(now, intervalMs) })
    .onConflictDoUpdate({
      target: signInAttempts.key,
      // `excluded.full_at` is one interval from now: the new value if the bucket was full
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
  new AppError('RATE_LIMITED', 'Too many attempts: try again later', {
    retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
  });

/** Uncounts attempts that succeeded. */
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

/** Refills a bucket. */
export async function clearAttempts(tx: CatalogTx, attempt: Attempt): Promise<void> {
  await tx.delete(signInAttempts).where(eq(signInAttempts.key, keyOf(attempt)));
}

const bucketOf = (attempt: Attempt): Bucket =>
  'perDay' in attempt
    ? { burst: attempt.perDay, intervalMs: Math.ceil(day / attempt.perDay) }
    : buckets[attempt.bucket];

/** Subjects are hashed, so that the table does not reveal who tries to sign in. */
const keyOf = ({ bucket, subject }: Attempt): string =>
  `${bucket}:${createHash('sha256').update(networkOf(subject!)).digest('base64url')}`;
