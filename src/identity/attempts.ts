import { createHash } from 'node:crypto';
import { eq, inArray, lte, sql } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Catalog, CatalogTx } from '../tenancy/catalog.ts';
import { signInAttempts } from './tables.ts';

/** A bucket of attempts: so many at once, then one more each interval. */
interface Bucket {
  burst: number;
  intervalMs: number;
}

const buckets = {
  /** Guessing one account's password: 10 tries, then one each minute. */
  account: { burst: 10, intervalMs: 60_000 },
  /** One address going through many accounts; an office behind one address signs in freely, as success counts nothing. */
  address: { burst: 50, intervalMs: 6_000 },
  /** Mails to one account. */
  reset: { burst: 3, intervalMs: 10 * 60_000 },
  /** New accounts from one address. */
  'sign-up': { burst: 20, intervalMs: 60_000 },
  /** Organizations made by one user. */
  organization: { burst: 5, intervalMs: 60 * 60_000 },
  /** Codes and invitations tried by one user. */
  join: { burst: 10, intervalMs: 60_000 },
} as const satisfies Record<string, Bucket>;

/** What is counted: a kind of bucket and whose it is. Undefined subjects (a command has no address) count nothing. */
export interface Attempt {
  bucket: keyof typeof buckets;
  subject: string | undefined;
}

/**
 * Counts an attempt in every bucket before anything is tried, so that a burst of them cannot slip through. The buckets
 * are rows: all processes share them. Throws RATE_LIMITED, and then counts nothing.
 */
export async function countAttempts(catalog: Catalog, now: Date, attempts: readonly Attempt[]): Promise<void> {
  // One order everywhere, so that two requests never wait for each other.
  const counted = attempts
    .filter((attempt) => attempt.subject !== undefined)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (counted.length === 0) return;
  await catalog.write(async (tx) => {
    for (const attempt of counted) await count(tx, now, attempt);
  });
}

async function count(tx: CatalogTx, now: Date, attempt: Attempt): Promise<void> {
  const { burst, intervalMs } = buckets[attempt.bucket];
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
  if (counted.length > 0) return;
  const [row] = await tx.select().from(signInAttempts).where(eq(signInAttempts.key, key));
  const waitMs = (row?.fullAt.getTime() ?? room.getTime()) - room.getTime();
  throw new AppError('RATE_LIMITED', 'Too many attempts: wait a little', {
    retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}

/** Takes an attempt back that turned out well; an account's bucket is full again. */
export async function forgiveAttempts(tx: CatalogTx, attempts: readonly Attempt[]): Promise<void> {
  const known = attempts.filter((attempt) => attempt.subject !== undefined);
  const cleared = known.filter(({ bucket }) => bucket === 'account').map(keyOf);
  if (cleared.length > 0) await tx.delete(signInAttempts).where(inArray(signInAttempts.key, cleared));
  for (const attempt of known.filter(({ bucket }) => bucket !== 'account')) {
    const interval = `${buckets[attempt.bucket].intervalMs} milliseconds`;
    await tx
      .update(signInAttempts)
      .set({ fullAt: sql`${signInAttempts.fullAt} - ${interval}::interval` })
      .where(eq(signInAttempts.key, keyOf(attempt)));
  }
}

/** Subjects are hashed: a table of who tries to sign in is nobody's business. */
const keyOf = ({ bucket, subject }: Attempt): string =>
  `${bucket}:${createHash('sha256').update(networkOf(subject!)).digest('base64url')}`;

/** An IPv6 subscriber has a whole /64: its addresses count as one. */
export function networkOf(subject: string): string {
  if (!/^[0-9a-f:.]+$/i.test(subject) || !subject.includes(':')) return subject;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(subject);
  if (mapped) return mapped[1]!;
  const [head = '', tail] = subject.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? 0 : tail.split(':').length;
    groups.push(...Array<string>(Math.max(0, 8 - groups.length - tailGroups)).fill('0'), ...tail.split(':'));
  }
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
