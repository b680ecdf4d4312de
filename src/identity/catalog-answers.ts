import { and, eq, gte, isNull, lt } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import type { Identity } from './identity.ts';
import { retry } from './retry.ts';
import { catalogAnswers } from './tables.ts';

/** One use of an Idempotency-Key: `id` identifies the caller, the key and the root field; `requestHash` the request. */
export interface KeyUse {
  id: string;
  requestHash: string;
  /** The same use with the hashes that other configured secrets give it. */
  others: readonly Omit<KeyUse, 'others'>[];
}

/**
 * Claims a key before its mutation runs, so that only one of two concurrent requests runs. Returns the answer of an
 * earlier request, or undefined when the key was free. Throws IDEMPOTENCY_MISMATCH when the key was used for another
 * request, and IDEMPOTENCY_IN_PROGRESS while the earlier request has no answer.
 */
export async function claimAnswer(
  { catalog, clock, seal }: Identity,
  { id, requestHash, others }: KeyUse,
  keptMs: number,
): Promise<string | undefined> {
  const now = clock();
  const claim = { requestHash, answer: null, createdAt: now, expiresAt: later(now, keptMs) };
  const found = await catalog.write(async (tx) => {
    const known = await findUse(tx, others, now);
    if (known) return known;
    const taken = await tx
      .insert(catalogAnswers)
      .values({ id, ...claim })
      .onConflictDoUpdate({ target: catalogAnswers.id, set: claim, setWhere: lt(catalogAnswers.expiresAt, now) })
      .returning({ id: catalogAnswers.id });
    if (taken.length > 0) return undefined;
    const [earlier] = await tx.select().from(catalogAnswers).where(eq(catalogAnswers.id, id));
    // The claim was released between the two statements
    return { ...(earlier ?? { ...claim, id }), expectedHash: requestHash };
  });
  if (!found) return undefined;
  if (found.requestHash !== found.expectedHash) throw mismatch();
  if (found.answer === null) throw inProgress(now.getTime() - found.createdAt.getTime());
  return seal.open(found.answer, answerContext(found.id));
}

/** The earlier request of this use, if its hashes were made under another secret. */
async function findUse(tx: CatalogTx, uses: KeyUse['others'], now: Date) {
  for (const { id, requestHash: expectedHash } of uses) {
    const isUse = and(eq(catalogAnswers.id, id), gte(catalogAnswers.expiresAt, now));
    const [found] = await tx.select().from(catalogAnswers).where(isUse);
    if (found) return { ...found, expectedHash };
  }
  return undefined;
}

/**
 * Stores the answer. Never throws: the change was made, so the caller must get the answer. If storing fails, a retry
 * gets IDEMPOTENCY_IN_PROGRESS, and the change is not made twice.
 */
export async function storeAnswer({ catalog, seal, logger }: Identity, id: string, answer: string): Promise<void> {
  const sealed = seal.seal(answer, answerContext(id));
  const store = () =>
    catalog.write((tx) => tx.update(catalogAnswers).set({ answer: sealed }).where(eq(catalogAnswers.id, id)));
  await retry(store).catch((error: unknown) =>
    logger.warn({ err: error }, 'the answer to a retry could not be stored'),
  );
}

/** Frees a key whose mutation changed nothing. Never throws: that would hide the error of the mutation. */
export async function releaseAnswer({ catalog, logger }: Identity, id: string): Promise<void> {
  const mine = and(eq(catalogAnswers.id, id), isNull(catalogAnswers.answer));
  const release = () => catalog.write((tx) => tx.delete(catalogAnswers).where(mine));
  await retry(release).catch((error: unknown) => logger.warn({ err: error }, 'an Idempotency-Key could not be freed'));
}

export const mismatch = (): AppError =>
  new AppError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used for another request', {
    field: 'Idempotency-Key',
  });

/** `retryAfter` grows with the age of the claim: after a server crash the claim stays until answers expire. */
const inProgress = (ageMs: number): AppError =>
  new AppError('IDEMPOTENCY_IN_PROGRESS', 'The first request with this Idempotency-Key has no answer yet', {
    field: 'Idempotency-Key',
    retryAfter: Math.max(1, Math.ceil(ageMs / 1000)),
  });

export const answerContext = (id: string): string => `catalog answer:${id}`;
