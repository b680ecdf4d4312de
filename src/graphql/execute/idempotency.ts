import { createHash } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, print } from 'graphql';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { idempotencyKeys } from '../../modules/settings/tables.ts';
import type { Context } from '../context.ts';

const keptMs = 24 * 3600 * 1000;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The answer to one root field: the JSON text of its data, null where an error took it. */
export interface FieldAnswer {
  data: string | null;
  errors?: ExecutionResult['errors'];
  /** Nothing was done, and the executor may answer what the plan could not. */
  again?: boolean;
}

/** Runs the field in its transaction. `mayCommit`: the transaction may be ended by the packet of the last statement. */
type Run = (context: Context, mayCommit: boolean) => Promise<FieldAnswer>;

/**
 * Runs one root field of a mutation in a transaction of its own and commits it. Under an Idempotency-Key the answer is
 * stored in that same transaction, per viewer: the same request again gets the stored answer, another one under the
 * same key, or the same by who may do less or more by now, IDEMPOTENCY_MISMATCH. That makes a retry safe whose first answer was lost. A failed attempt stores nothing.
 * Fields of the catalog (`defineCatalogMutation`) have transactions of their own and hand out secrets: theirs are never
 * stored.
 */
export async function answerOnce(
  parent: Context,
  args: ExecutionArgs,
  responseKey: string,
  run: Run,
  ofCatalog: boolean,
): Promise<FieldAnswer> {
  const context = parent.forMutationField();
  try {
    const key = ofCatalog ? undefined : keyOf(context);
    const stored = key === undefined ? undefined : await claim(context, args, { key, responseKey });
    if (stored !== undefined) {
      await context.commit();
      return { data: stored };
    }
    const result = await run(context, key === undefined);
    // What the payload showed was undone, its cursor of the log too. The catalog's was not: the caller needs it
    if (result.errors?.length) return ofCatalog ? result : { ...result, data: null };
    if (key !== undefined) await store(context, { key, responseKey }, result.data);
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

interface Claimed {
  key: string;
  responseKey: string;
}

/** Takes the key for this transaction; a concurrent holder is waited for. Gives the answer that it left, if any. */
async function claim(
  context: Context,
  args: ExecutionArgs,
  { key, responseKey }: Claimed,
): Promise<string | undefined> {
  const viewerId = context.viewer.userId;
  const requestHash = hashOf(args, context.viewer);
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
async function store(context: Context, { key, responseKey }: Claimed, answer: string | null): Promise<void> {
  await context.tx
    .update(idempotencyKeys)
    .set({ answer })
    .where(
      and(
        eq(idempotencyKeys.viewerId, context.viewer.userId),
        eq(idempotencyKeys.key, key),
        eq(idempotencyKeys.responseKey, responseKey),
      ),
    );
}

/** Of what is asked, and of the rights by which it was answered: a stored answer may show what needs all of them. */
function hashOf({ document, operationName, variableValues }: ExecutionArgs, { role, permissions }: Viewer): string {
  const rights = [role, ...[...permissions].sort()];
  const request = JSON.stringify([print(document), operationName ?? null, sorted(variableValues ?? {}), rights]);
  return createHash('sha256').update(request).digest('hex');
}

/** The same value with the keys of its objects in one order: clients write them in any. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
