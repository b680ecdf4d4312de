import { type ExecutionArgs, GraphQLError } from 'graphql';
import { claimAnswer, releaseAnswer, storeAnswer } from '../../identity/catalog-answers.ts';
import { AppError, type ErrorDetails } from '../../lib/errors.ts';
import type { Context, CookieJar } from '../context.ts';
import { type FieldAnswer, failedField } from './field-answer.ts';
import { keptMs, keyOf, requestText } from './idempotency-key.ts';
import { knownError, rootCause } from './mask-error.ts';

type Run = (context: Context) => Promise<FieldAnswer>;

interface StoredError {
  message: string;
  path: readonly (string | number)[] | undefined;
  code: AppError['code'];
  details: ErrorDetails;
}

/** The parts of an answer that a replay needs. It is stored sealed, since it may contain passwords, tokens and keys. */
interface Stored {
  data: string | null;
  errors: StoredError[];
  cookie: ReturnType<CookieJar['given']>;
}

/**
 * Runs one root field that changes the catalog. Its use case has its own transactions, so the Idempotency-Key is
 * claimed before it runs, and its answer is stored afterwards:
 *
 * - The use case succeeded: the answer is stored, with errors of the payload and the refresh cookie, and replayed to
 *   retries.
 * - It failed and changed nothing: the key is freed.
 * - It is unknown whether it changed something (the connection was lost during COMMIT, the server crashed): the claim
 *   stays, and retries get IDEMPOTENCY_IN_PROGRESS until it expires. The change is never made twice.
 */
export async function answerCatalogOnce(
  parent: Context,
  args: ExecutionArgs,
  responseKey: string,
  run: Run,
  readsCookie: boolean,
): Promise<FieldAnswer> {
  const context = parent.forMutationField();
  const { cookies, services } = context.request;
  try {
    const key = keyOf(context.request);
    if (key === undefined) return await runOnce(context, run);
    const use = useOf(context, args, { key, responseKey, readsCookie });
    const earlier = await claimAnswer(services.identity, use, keptMs);
    if (earlier !== undefined) return replay(JSON.parse(earlier) as Stored, cookies);
    const before = cookies.given();
    const answer = await runOnce(context, run);
    const cookie = cookies.given() === before ? undefined : cookies.given();
    const { data, errors = [] } = answer;
    if (context.changed) await storeAnswer(services.identity, use.id, textOf({ data, errors, cookie }));
    else if (errors.every(changedNothing)) await releaseAnswer(services.identity, use.id);
    return answer;
  } catch (error) {
    return failedField(error, responseKey);
  }
}

/**
 * Runs the field, then ends the session, if the payload needed one to read the tenant's data. An error of that COMMIT
 * does not matter, since the session wrote nothing.
 */
async function runOnce(context: Context, run: Run): Promise<FieldAnswer> {
  const answer = await run(context);
  if (!answer.errors?.length) await context.commit().catch(() => undefined);
  return answer;
}

interface KeyedField {
  key: string;
  responseKey: string;
  readsCookie: boolean;
}

/**
 * Idempotency keys belong to the API key or user that sent them, in one organization. Without credentials they belong
 * to the request with its cookie: only a caller who has all its secrets can repeat it exactly.
 */
function useOf({ request: from }: Context, args: ExecutionArgs, { key, responseKey, readsCookie }: KeyedField) {
  const { viewer, account, tenant, cookies, services } = from;
  const { seal } = services.identity;
  const cookie = readsCookie ? (cookies.refreshToken() ?? null) : null;
  const request = JSON.stringify([requestText(args, viewer), cookie]);
  const caller = viewer?.apiKey ? ['key', viewer.apiKey.id] : account ? ['user', account.userId] : ['anybody', request];
  const ids = seal.fingerprints(JSON.stringify([...caller, tenant?.id ?? null, key, responseKey]), 'catalog answer');
  const hashes = seal.fingerprints(request, 'catalog request');
  // While SECRET is being replaced, another server may have claimed the key under the other secret
  const [use, ...others] = ids.map((id, n) => ({ id, requestHash: hashes[n]! }));
  return { ...use!, others };
}

/** Whether it is certain that a failed use case changed nothing. */
function changedNothing(error: GraphQLError): boolean {
  const known = knownError(error);
  if (known) return known.code !== 'INTERNAL' && known.details.outcome !== 'unknown';
  // An error of graphql-js: the use case did not start
  return rootCause(error) instanceof GraphQLError;
}

const textOf = ({ data, errors, cookie }: Omit<Stored, 'errors'> & { errors: readonly GraphQLError[] }): string =>
  JSON.stringify({ data, errors: errors.map(storedError), cookie } satisfies Stored);

function storedError(error: GraphQLError): StoredError {
  const { code, message, details } = knownError(error) ?? new AppError('INTERNAL', 'The payload could not be read');
  return { code, message, details, path: error.path };
}

function replay({ data, errors, cookie }: Stored, cookies: CookieJar): FieldAnswer {
  if (cookie) cookies.setRefreshToken(cookie.token, cookie.maxAgeSeconds);
  const again = errors.map(
    ({ message, path, code, details }) =>
      new GraphQLError(message, { path, originalError: new AppError(code, message, details) }),
  );
  return { data, replayed: true, ...(again.length > 0 && { errors: again }) };
}
