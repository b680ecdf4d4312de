import { createHash } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
import type { ExecutionArgs } from 'graphql';
import { mismatch } from '../../identity/catalog-answers.ts';
import { idempotencyKeys } from '../../modules/settings/tables.ts';
import type { Context } from '../context.ts';
import { type FieldAnswer, failedField } from './field-answer.ts';
import { keptMs, keyOf, requestText } from './idempotency-key.ts';

/** Runs the field in its transaction. `mayCommit`: COMMIT may be sent together with the last statement. */
type Run = (context: Context, mayCommit: boolean) => Promise<FieldAnswer>;

/**
 * Runs one root field of a mutation in its own transaction and commits it. With an Idempotency-Key the answer is stored
 * in the same transaction, by viewer: a retry gets the stored answer; a different request with the key, or a viewer
 * whose permissions have changed since, gets IDEMPOTENCY_MISMATCH. A failed attempt stores nothing. For fields of the
 * catalog see `answerCatalogOnce`.
 */
export async function answerOnce(
  parent: Context,
  args: ExecutionArgs,
  responseKey: string,
  run: Run,
): Promise<FieldAnswer> {
  const context = parent.forMutationField();
  try {
    const { viewer, tenant } = context.request;
    const key = viewer && tenant && keyOf(context.request);
    const stored = key === undefined ? undefined : await claim(context, args, { key, responseKey });
    if (stored !== undefined) {
      await context.commit();
      return { data: stored, replayed: true };
    }
    const result = await run(context, key === undefined);
    // The changes and their events were rolled back, so the payload must not show them
    if (result.errors?.length) return { ...result, data: null };
    if (key !== undefined) await store(context, { key, responseKey }, result.data);
    await context.commit();
    return result;
  } catch (error) {
    await context.rollback();
    return failedField(error, responseKey);
  }
}

interface Claimed {
  key: string;
  responseKey: string;
}

/** Claims the key for this transaction, after waiting for a concurrent holder. Returns the stored answer, if any. */
async function claim(
  context: Context,
  args: ExecutionArgs,
  { key, responseKey }: Claimed,
): Promise<string | undefined> {
  const viewerId = context.viewer.userId;
  const requestHash = createHash('sha256').update(requestText(args, context.viewer)).digest('hex');
  const mine = and(
    eq(idempotencyKeys.viewerId, viewerId),
    eq(idempotencyKeys.key, key),
    eq(idempotencyKeys.responseKey, responseKey),
  );
  const now = new Date();
  await context.tx
    .delete(idempotencyKeys)
    .where(and(eq(idempotencyKeys.viewerId, viewerId), lt(idempotencyKeys.expiresAt, now)));
  const taken = await context.tx
    .insert(idempotencyKeys)
    .values({ viewerId, key, responseKey, requestHash, expiresAt: new Date(now.getTime() + keptMs) })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (taken.length) return undefined;
  const [stored] = await context.tx
    .select({ requestHash: idempotencyKeys.requestHash, answer: idempotencyKeys.answer })
    .from(idempotencyKeys)
    .where(mine);
  if (stored?.requestHash === requestHash) return opened(context, key, stored.answer as string);
  throw mismatch();
}

const sealContext = ({ viewer }: Context, key: string): string => `answer to ${viewer.userId} ${key}`;

/** The answer of a stored text, which is sealed if it contains a secret: it is no JSON then. */
function opened(context: Context, key: string, text: string): string {
  return text.startsWith('v1.') ? context.services.identity.seal.open(text, sealContext(context, key)) : text;
}

/** Stores the answer as text: jsonb would not keep the order of its fields. */
async function store(context: Context, { key, responseKey }: Claimed, answer: string | null): Promise<void> {
  const { seal } = context.services.identity;
  const kept = answer !== null && context.tx.answerIsSecret ? seal.seal(answer, sealContext(context, key)) : answer;
  await context.tx
    .update(idempotencyKeys)
    .set({ answer: kept })
    .where(
      and(
        eq(idempotencyKeys.viewerId, context.viewer.userId),
        eq(idempotencyKeys.key, key),
        eq(idempotencyKeys.responseKey, responseKey),
      ),
    );
}
