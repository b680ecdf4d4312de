import { createHash } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, print } from 'graphql';
import { AppError } from '../lib/errors.ts';
import { idempotencyKeys } from '../modules/settings/tables.ts';
import type { Context } from './context.ts';

const keptMs = 24 * 3600 * 1000;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

type Run = (context: Context) => Promise<ExecutionResult>;

/**
 * Runs one root field of a mutation in a transaction of its own and commits it. Under an Idempotency-Key the answer is
 * stored in that same transaction, per viewer: the same request again gets the stored answer, another one under the
 * same key IDEMPOTENCY_MISMATCH. That makes a retry safe whose first answer was lost. A failed attempt stores nothing.
 * Fields of the catalog (`defineCatalogMutation`) have transactions of their own and hand out secrets: theirs are never
 * stored.
 */
export async function answerOnce(
  parent: Context,
  args: ExecutionArgs,
  responseKey: string,
  run: Run,
  ofCatalog: boolean,
): Promise<ExecutionResult> {
  const context = parent.forMutationField();
  try {
    const stored = ofCatalog ? undefined : await claim(context, args, responseKey);
    if (stored) {
      await context.commit();
      return { data: JSON.parse(stored) };
    }
    const result = await run(context);
    // What the payload showed was undone, its cursor of the log too. The catalog's was not: the caller needs it
    if (result.errors?.length) return ofCatalog ? result : { ...result, data: null };
    if (!ofCatalog) await store(context, responseKey, result);
    await context.commit();
    return result;
  } catch (error) {
    await context.rollback();
    const message = error instanceof Error ? error.message : String(error);
    return { data: null, errors: [new GraphQLError(message, { path: [responseKey], originalError: error as Error })] };
  }
}

function keyOf(context: Context): string | undefined {
  const { idempotencyKey, viewer, tenant } = context.scope;
  if (idempotencyKey === undefined || !viewer || !tenant) return undefined;
  if (keyPattern.test(idempotencyKey)) return idempotencyKey;
  throw new AppError('BAD_INPUT', 'An Idempotency-Key has 1 to 255 visible ASCII characters', {
    field: 'Idempotency-Key',
  });
}

/** Takes the key for this transaction; a concurrent holder is waited for. Gives the answer that it left, if any. */
async function claim(context: Context, args: ExecutionArgs, responseKey: string): Promise<string | undefined> {
  const key = keyOf(context);
  if (key === undefined) return undefined;
  const viewerId = context.viewer.userId;
  const requestHash = hashOf(args);
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
  if (stored?.requestHash === requestHash) return stored.answer as string;
  throw new AppError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used for another request', {
    field: 'Idempotency-Key',
  });
}

/** Keeps the answer as a text: jsonb would forget in which order its fields were asked for. */
async function store(context: Context, responseKey: string, result: ExecutionResult): Promise<void> {
  const key = keyOf(context);
  if (key === undefined) return;
  await context.tx
    .update(idempotencyKeys)
    .set({ answer: JSON.stringify(result.data) })
    .where(
      and(
        eq(idempotencyKeys.viewerId, context.viewer.userId),
        eq(idempotencyKeys.key, key),
        eq(idempotencyKeys.responseKey, responseKey),
      ),
    );
}

function hashOf({ document, operationName, variableValues }: ExecutionArgs): string {
  const request = JSON.stringify([print(document), operationName ?? null, variableValues ?? {}]);
  return createHash('sha256').update(request).digest('hex');
}
