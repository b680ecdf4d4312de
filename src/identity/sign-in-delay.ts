import { createHash } from 'node:crypto';
import { and, eq, lte, sql } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { networkOf } from './network.ts';
import { signInFailures } from './tables.ts';

export const signInDelays = {
  /** Failures in a row without a delay, for typing errors. */
  free: 2,
  /** The delay after the next failure; each further failure doubles it ... */
  firstMs: 1000,
  /** ... up to this. */
  mostMs: 15 * 60_000,
  /** Failures are forgotten this long after the last one. */
  forgottenMs: 24 * 60 * 60_000,
};

/** An attempt: the account (its address in lower case), and the network address of the request. */
export interface SignInAttempt {
  account: string;
  ipAddress: string | undefined;
}

/**
 * Counts an attempt as a failure before it is made, so that concurrent attempts cannot exceed the limit;
 * `forgiveFailure` takes it back. Failures are counted for each account and network address, so that guessing delays
 * only the guesser. Throws RATE_LIMITED while the delay of the last failure lasts, and then counts nothing.
 */
export async function countFailure(tx: CatalogTx, now: Date, of: SignInAttempt): Promise<void> {
  const { account, address } = keyOf(of);
  const forgottenAt = later(now, signInDelays.forgottenMs);
  const t = signInFailures;
  // An expired count that was not deleted yet starts again at 1
  const failures = sql`case when ${t.forgottenAt} <= ${now.toISOString()}::timestamptz then 1 else ${t.failures} + 1 end`;
  const counted = await tx
    .insert(t)
    .values({ account, address, failures: 1, retryAt: later(now, delayAfter(1)), forgottenAt })
    .onConflictDoUpdate({
      target: [t.account, t.address],
      set: { failures, retryAt: sql`${now.toISOString()}::timestamptz + ${delayOf(failures)}`, forgottenAt },
      setWhere: lte(t.retryAt, now),
    })
    .returning({ failures: t.failures });
  if (counted.length > 0) return;
  const [row] = await tx
    .select()
    .from(t)
    .where(and(eq(t.account, account), eq(t.address, address)));
  throw tooMany((row?.retryAt.getTime() ?? now.getTime()) - now.getTime());
}

/** Resets the count after a success. */
export async function forgiveFailure(tx: CatalogTx, of: SignInAttempt): Promise<void> {
  const { account, address } = keyOf(of);
  await tx.delete(signInFailures).where(and(eq(signInFailures.account, account), eq(signInFailures.address, address)));
}

/** Resets the counts of an account for all network addresses, after a new password. */
export async function forgiveAccount(tx: CatalogTx, account: string): Promise<void> {
  await tx.delete(signInFailures).where(eq(signInFailures.account, hash(account)));
}

/** The delay in milliseconds after a number of failures in a row. */
export function delayAfter(failures: number): number {
  const { free, firstMs, mostMs } = signInDelays;
  return failures <= free ? 0 : Math.min(mostMs, firstMs * 2 ** (failures - free - 1));
}

/** The same in SQL. The exponent is bounded so that the power cannot overflow. */
const delayOf = (failures: ReturnType<typeof sql>) => {
  const { free, firstMs, mostMs } = signInDelays;
  const doubled = sql`${firstMs}::float8 * 2 ^ least(${failures} - ${free + 1}, 30)`;
  return sql`case when ${failures} <= ${free} then 0 else least(${mostMs}::float8, ${doubled}) end * interval '1 millisecond'`;
};

const tooMany = (waitMs: number) =>
  new AppError('RATE_LIMITED', 'Too many failed attempts: try again later', {
    retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
  });

const keyOf = ({ account, ipAddress }: SignInAttempt) => ({
  account: hash(account),
  address: hash(ipAddress === undefined ? 'unknown' : networkOf(ipAddress)),
});

/** Hashed, so that the table does not reveal who tries to sign in from where. */
const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
